package process_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// A behaviour's own way to wait closes circles as calls do.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		b := w.Puppet()
		held := make(chan bool)
		a, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			over, err := process.Waiting(c, b.PID)
			if err != nil {
				t.Errorf("a waits for b: %v", err)
			}
			<-held
			over()
			<-c.Done()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(a)
		synctest.Wait()
		wait := func(ctx context.Context, pid process.PID) error {
			over, err := process.Waiting(ctx, pid)
			if (over == nil) == (err == nil) {
				t.Error("both or none")
			}
			if err == nil {
				over()
			}
			return err
		}
		waitFor := func(pid process.PID) (err error) {
			b.Do(func(c *process.Context) { err = wait(c, pid) })
			return err
		}
		var circle *process.DeadlockError
		if err := waitFor(a); !errors.As(err, &circle) || len(circle.Chain) != 3 {
			t.Errorf("b waits for a, which waits for b: %v", err)
		}
		if err := waitFor(b.PID); err != process.ErrCallingSelf {
			t.Errorf("b waits for itself: %v", err)
		}
		if err := wait(w.Ctx, a); err != nil {
			t.Errorf("a plain goroutine waits for a: %v", err)
		}
		close(held)
		synctest.Wait()
		if err := waitFor(a); err != nil {
			t.Errorf("b waits for a, which does not wait any more: %v", err)
		}
	})
}
