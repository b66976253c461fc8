package process_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// raceFor bounds each test that waits for two goroutines to meet at the wrong moment.
const raceFor = 100 * time.Millisecond

func untilExit(c *process.Context) error { <-c.Done(); return nil }

// As soon as a process is not alive its name leads nowhere and can be taken. Both used to come a moment later.
func TestNameOfTheDead(t *testing.T) {
	w := proctest.New(t)
	for begin := time.Now(); time.Since(begin) < raceFor && !t.Failed(); {
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error { _, err := process.Receive(c); return err }, process.WithName("x"))
		if err != nil {
			t.Fatalf("taken though its owner is dead: %v", err)
		}
		var killer sync.WaitGroup
		killer.Go(func() { process.Exit(w.Ctx, pid, process.Kill) })
		for pid.Alive() {
		}
		if at, ok := process.WhereIs(w.Ctx, "x"); ok {
			t.Errorf("the name leads to %v, which is dead", at)
		}
		replacement, err := process.Spawn(w.Ctx, untilExit, process.WithName("x"))
		if err != nil {
			t.Errorf("taken though its owner is dead: %v", err)
		}
		killer.Wait()
		if at, _ := process.WhereIs(w.Ctx, "x"); at != replacement {
			t.Errorf("the name leads to %v, want %v", at, replacement)
		}
		process.Exit(w.Ctx, replacement, process.Shutdown)
		process.Wait(w.Ctx, replacement)
	}
}

// A process that is killed by its name while it is just being started does not stay in the node's list.
func TestKilledByNameInTheStart(t *testing.T) {
	w := proctest.New(t)
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if pid, ok := process.WhereIs(w.Ctx, "x"); ok {
				process.Exit(w.Ctx, pid, process.Kill)
			}
		}
	})
	for begin := time.Now(); time.Since(begin) < raceFor; {
		process.Spawn(w.Ctx, untilExit, process.WithName("x"))
	}
	close(stop)
	killer.Wait()
	for pid := range w.Node.Processes() {
		process.Exit(w.Ctx, pid, process.Shutdown)
		process.Wait(w.Ctx, pid)
	}
	if left := slices.Collect(w.Node.Processes()); len(left) != 0 {
		t.Errorf("%v are listed for ever", left)
	}
}

// A start under a name that is taken leaves nothing behind.
func TestStartUnderATakenName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet(process.WithName("x"))
		_, err := process.Spawn(w.Ctx, func(*process.Context) error { t.Error("it runs"); return nil }, process.WithName("x"))
		var taken *process.AlreadyStarted
		if !errors.As(err, &taken) || taken.PID != owner.PID || taken.Name != "x" {
			t.Errorf("%v", err)
		}
		if listed := slices.Collect(w.Node.Processes()); !slices.Equal(listed, []process.PID{owner.PID}) {
			t.Errorf("listed: %v", listed)
		}
	})
}

// nowhere is a destination that finds nobody and sees no error in that.
type nowhere struct{}

func (nowhere) Resolve(*process.Node) (process.PID, error) { return process.PID{}, nil }

// A Dest of the program's own that finds nobody is a process that does not exist; it used to be one that cannot.
func TestDestThatFindsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		p.Do(func(c *process.Context) {
			for what, err := range map[string]error{
				"Send": process.Send(c, nowhere{}, "hello"),
				"Link": c.Link(nowhere{}),
			} {
				if !errors.Is(err, process.NoProc) {
					t.Errorf("%s: %v, want %v", what, err, process.NoProc)
				}
			}
			c.Unlink(nowhere{})
			c.SendAfterTo(nowhere{}, time.Millisecond, "hello")
		})
		ref := p.Monitor(nowhere{})
		wantDown(t, p, ref, nowhere{}, process.NoProc)
		time.Sleep(time.Second)
		p.Want(nil)
	})
}

// Whoever is killed before its name turns out to be taken is not held for abandoned: it never ran.
func TestKilledBeforeItsNameIsRefused(t *testing.T) {
	w := proctest.New(t)
	owner, err := process.Spawn(w.Ctx, untilExit, process.WithName("taken"))
	if err != nil {
		t.Fatal(err)
	}
	var killer sync.WaitGroup
	stop := make(chan struct{})
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			for pid := range w.Node.Processes() {
				if pid != owner {
					process.Exit(w.Ctx, pid, process.Kill)
				}
			}
		}
	})
	for begin := time.Now(); time.Since(begin) < raceFor; {
		if _, err := process.Spawn(w.Ctx, untilExit, process.WithName("taken")); err == nil {
			t.Error("started under a taken name")
		}
	}
	close(stop)
	killer.Wait()
	if n := w.Node.Abandoned(); n != 0 {
		t.Errorf("%d processes count as abandoned that never ran", n)
	}
	process.Exit(w.Ctx, owner, process.Shutdown)
}
