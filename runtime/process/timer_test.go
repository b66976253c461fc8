package process_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// A timer that a dead process starts sends nothing, to whomever: it used to get around the fence that its own sends meet.
func TestTimersOfTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		other, named := w.Puppet(), w.Puppet(process.WithName("named"))
		release := make(chan struct{})
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			<-release
			for _, timer := range []process.Timer{
				c.SendAfter(0, "to the dead"),
				c.SendAfterTo(other.PID, 0, "from the dead"),
				c.SendAfterTo(process.Name("named"), time.Second, "from the dead"),
				c.SendEvery(time.Second, "to the dead"),
			} {
				if left, ok := timer.Cancel(); ok || left != 0 {
					t.Errorf("a timer that never ran can be cancelled: %v", left)
				}
			}
			c.SendAfterTo(other.PID, 0, "from the dead")
			c.SendAfterTo(process.Name("named"), time.Second, "from the dead")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		process.Exit(w.Ctx, pid, process.Kill)
		close(release)
		time.Sleep(time.Minute)
		other.WantNothing()
		named.WantNothing()
	})
}
