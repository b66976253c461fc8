package process_test

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// A process that is killed while its code runs is dead for everyone, and what it does with its own context is refused.
func TestAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		other, named, watcher := w.Trapping(), w.Puppet(process.WithName("named")), w.Puppet()
		release, finished := make(chan bool), make(chan bool)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			defer close(finished)
			stuckInHere(release)
			for what, err := range map[string]error{
				"Send":         process.Send(c, other.PID, "from the dead"),
				"Register":     process.Register(c, "grave", other.PID),
				"Unregister":   process.Unregister(c, "named"),
				"Spawn":        second(process.Spawn(c, func(*process.Context) error { t.Error("a child of the dead"); return nil })),
				"SpawnLink":    second(process.SpawnLink(c, func(*process.Context) error { t.Error("a child of the dead"); return nil })),
				"Send by name": process.Send(c, process.Name("named"), "from the dead"),
			} {
				if !errors.Is(err, process.ErrFenced) {
					t.Errorf("%s: %v, want %v", what, err, process.ErrFenced)
				}
			}
			if c.Err() == nil {
				t.Error("the context of the dead has not ended")
			}
			process.Exit(c, other.PID, errBoom)
			if err := c.Link(other.PID); err == nil {
				t.Error("a link by the dead")
			}
			c.Monitor(other.PID)
			c.SendAfter(time.Millisecond, "to the dead")
			if msg, err := process.Receive(c); err != process.Killed {
				t.Errorf("Receive by the dead: %v, %v", msg, err)
			}
			panic("the last word")
		}, process.WithName("stuck"))
		if err != nil {
			t.Fatal(err)
		}
		ref := watcher.Monitor(pid)
		process.Exit(w.Ctx, pid, process.Kill)
		wantDown(t, watcher, ref, pid, process.Killed)
		if _, taken := process.WhereIs(w.Ctx, "stuck"); taken || pid.Alive() {
			t.Errorf("alive %v, name taken %v", pid.Alive(), taken)
		}
		if n := w.Node.Abandoned(); n != 1 {
			t.Errorf("%d abandoned processes", n)
		}
		if log := w.Log(); !strings.Contains(log, "stuckInHere") || !strings.Contains(log, pid.String()) {
			t.Errorf("the log does not say what is stuck:\n%s", log)
		}
		replacement := w.Puppet(process.WithName("stuck"))
		close(release)
		<-finished
		other.WantNothing()
		named.WantNothing()
		if n := w.Node.Abandoned(); n != 0 {
			t.Errorf("%d abandoned processes after the return", n)
		}
		if at, _ := process.WhereIs(w.Ctx, "stuck"); at != replacement.PID {
			t.Errorf("the name belongs to %v, want %v", at, replacement.PID)
		}
		if links := w.Links(other.PID); len(links) != 0 {
			t.Errorf("links to the dead: %v", links)
		}
		process.Exit(w.Ctx, pid, process.Kill) // again
		watcher.WantNothing()
	})
}

//go:noinline
func stuckInHere(release chan bool) { <-release }

func second[T any](_ T, err error) error { return err }

// A crash is logged once, however its code ended and whatever Goexit does to deferred functions.
func TestCrashIsLoggedOnce(t *testing.T) {
	for name, crash := range map[string]func(){"panic": func() { panic("crash") }, "Goexit": runtime.Goexit} {
		synctest.Test(t, func(t *testing.T) {
			w := proctest.New(t)
			p := w.Puppet()
			p.Do(func(*process.Context) { crash() })
			log := w.Log()
			if n := strings.Count(log, "level=ERROR"); n != 1 || !strings.Contains(log, p.PID.String()) || !strings.Contains(log, "promises_test.go") {
				t.Errorf("%s: logged %d times:\n%s", name, n, log)
			}
		})
	}
}

// Processes of two nodes have the same numbers; linking and unlinking them in both directions at once must not block.
func TestLinksAcrossNodes(t *testing.T) {
	here, there := proctest.New(t), proctest.New(t)
	const rounds = 20_000
	meet := make(chan process.PID, 2)
	var done sync.WaitGroup
	pids := make([]process.PID, 2)
	started := make(chan bool)
	for i, w := range []*proctest.World{here, there} {
		done.Add(1)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			defer done.Done()
			<-started
			for range rounds {
				if err := c.Link(pids[1-i]); err != nil {
					t.Error(err)
				}
				c.Unlink(pids[1-i])
			}
			meet <- c.Self()
			_, err := process.Receive(c)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		pids[i] = pid
	}
	close(started)
	for range 2 {
		select {
		case <-meet:
		case <-time.After(20 * time.Second):
			t.Fatal("two processes that link to each other are deadlocked")
		}
	}
	for i, w := range []*proctest.World{here, there} {
		if links := w.Links(pids[i]); len(links) != 0 {
			t.Errorf("links left: %v", links)
		}
		process.Exit(w.Ctx, pids[i], process.Shutdown)
	}
	done.Wait()
}

// Processes that are linked in a circle, monitor each other and hold names, all ended at the same time from all sides: everyone gets
// one Down, all names are free, nothing hangs.
func TestEndingAllAtOnce(t *testing.T) {
	w := proctest.New(t)
	for range 50 {
		const n = 20
		var pids [n]process.PID
		ready, gun := make(chan bool), make(chan bool)
		downs := make(chan process.Down, n)
		watcher, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			for i := range n {
				pid, err := process.Spawn(c, func(c *process.Context) error {
					ready <- true
					<-gun
					for j := range n {
						if err := c.Link(pids[(i+j)%n]); err != nil && !errors.Is(err, process.NoProc) && !errors.Is(err, process.ErrFenced) {
							t.Error(err)
						}
						c.Monitor(pids[(i+j)%n])
					}
					for {
						if _, err := process.Receive(c); err != nil {
							return err
						}
					}
				}, process.WithName(process.Name(rune('a'+i))))
				if err != nil {
					return err
				}
				pids[i] = pid
				c.Monitor(pid)
			}
			for range n {
				<-ready
			}
			close(gun)
			for range n {
				down, err := process.ReceiveMatch(c, func(process.Down) bool { return true })
				if err != nil {
					return err
				}
				downs <- down
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		<-gun
		var killers sync.WaitGroup
		for i := range n {
			killers.Go(func() {
				reason := errBoom
				if i%3 == 0 {
					reason = process.Kill
				}
				process.Exit(w.Ctx, pids[i], reason)
			})
		}
		killers.Wait()
		seen := map[process.PID]bool{}
		for range n {
			select {
			case d := <-downs:
				seen[d.PID] = true
			case <-time.After(20 * time.Second):
				t.Fatalf("%d of %d Downs came", len(seen), n)
			}
		}
		if len(seen) != n {
			t.Errorf("Downs of %d of %d processes", len(seen), n)
		}
		if _, err := process.Wait(w.Ctx, watcher); err != nil {
			t.Error(err)
		}
		for i := range n {
			if pid, taken := process.WhereIs(w.Ctx, process.Name(rune('a'+i))); taken {
				t.Errorf("a name belongs to %v", pid)
			}
		}
	}
}
