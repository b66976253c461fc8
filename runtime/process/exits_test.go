package process_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

var errEnd = errors.New("end")

// What AtExit asked for is done before anybody hears of the end, once the name is free.
func TestAtExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet(process.WithName("x"))
		watcher := w.Puppet()
		watcher.Monitor(p.PID)
		watcher.Link(p.PID)
		watcher.Do(func(c *process.Context) { c.TrapExit(true) })
		var calls int
		at := func(reason error) {
			calls++
			if _, taken := process.WhereIs(w.Ctx, "x"); taken {
				t.Error("the name is still taken")
			}
			if reason != errEnd {
				t.Errorf("reason %v", reason)
			}
			if info, _ := process.InfoOf(w.Ctx, watcher.PID); info.Mailbox != 0 {
				t.Error("the watcher has heard already")
			}
		}
		if _, ok := process.AtExit(p.PID, at); !ok {
			t.Fatal("the process is alive, yet refused")
		}
		cancel, _ := process.AtExit(p.PID, func(error) { t.Error("called though cancelled") })
		cancel()
		process.AtExit(p.PID, func(error) { panic("in a hook") })
		p.Exit(errEnd)
		if calls != 1 {
			t.Errorf("called %d times", calls)
		}
		if got := watcher.Got(); len(got) != 2 {
			t.Errorf("the watcher got %v, want Exited and Down", got)
		}
		if _, ok := process.AtExit(p.PID, at); ok {
			t.Error("accepted for a dead process")
		}
		cancel()
		if _, ok := process.AtExit(process.PID{}, at); ok {
			t.Error("accepted for nobody")
		}
	})
}

// They come in the order in which they were asked for, and one that was taken
// back meanwhile does not come.
func TestAtExitOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		var calls []int
		var cancels [4]func()
		for i := range cancels {
			cancels[i], _ = process.AtExit(p.PID, func(error) {
				calls = append(calls, i)
				if i == 1 {
					cancels[2]()
				}
			})
		}
		p.Exit(errEnd)
		if !slices.Equal(calls, []int{0, 1, 3}) {
			t.Errorf("called %v, want 0, 1 and 3, as 1 took 2 back", calls)
		}
	})
}

func TestJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		a, b := w.Puppet(), w.Trapping()
		if !process.Join(a.PID, b.PID) || !process.Join(a.PID, a.PID) {
			t.Error("two that live are refused")
		}
		a.Exit(errEnd)
		b.WantExited(a.PID, errEnd)
		if process.Join(a.PID, b.PID) || process.Join(b.PID, process.PID{}) {
			t.Error("linked with the dead")
		}
	})
}

func TestContextOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		if _, ok := process.ContextOf(w.Ctx); ok {
			t.Error("a plain context belongs to a process")
		}
		p := w.Puppet()
		p.Do(func(c *process.Context) {
			if own, ok := process.ContextOf(process.WithNode(c, w.Node)); !ok || own.Self() != p.PID {
				t.Errorf("a derived context belongs to %v, want %v", own.Self(), p.PID)
			}
		})
	})
}

// registry is a Registration that knows one entry.
type registry struct {
	holder process.PID
	err    error
}

func (r *registry) Register(pid process.PID) error {
	if r.err == nil {
		r.holder = pid
	}
	return r.err
}

func TestWithVia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		var r registry
		if p := w.Puppet(process.WithVia(&r), process.WithName("x")); r.holder != p.PID {
			t.Errorf("registered %v, want %v", r.holder, p.PID)
		}
		r.err = &process.AlreadyStarted{PID: r.holder}
		ran := false
		_, err := process.Spawn(w.Ctx, func(*process.Context) error { ran = true; return nil }, process.WithVia(&r), process.WithName("y"))
		if !errors.Is(err, process.ErrNameTaken) {
			t.Errorf("start with a taken entry: %v", err)
		}
		synctest.Wait()
		if _, taken := process.WhereIs(w.Ctx, "y"); taken || ran {
			t.Errorf("after a start that failed: name taken %v, code ran %v", taken, ran)
		}
	})
}

type shelf int

func (s shelf) Summary() process.Summary { return process.Summary{Type: "shelf", Size: int(s)} }

func TestDirectory(t *testing.T) {
	n := process.NewNode("n")
	withdraw, err := n.Publish("shelf", "a", shelf(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Publish("shelf", "a", shelf(2)); !errors.Is(err, process.ErrNameTaken) {
		t.Errorf("the same name again: %v", err)
	}
	if _, err := n.Publish("drawer", "a", shelf(3)); err != nil {
		t.Errorf("the name under another kind: %v", err)
	}
	if v, ok := n.LookupPublished("shelf", "a"); !ok || v != shelf(1) {
		t.Errorf("found %v, %v", v, ok)
	}
	for name, v := range n.AllPublished("shelf") { // a snapshot: it may change meanwhile
		withdraw()
		if name != "a" || v.Summary().Size != 1 {
			t.Errorf("listed %s: %v", name, v.Summary())
		}
	}
	if _, err := n.Publish("shelf", "a", shelf(4)); err != nil {
		t.Errorf("after a withdrawal: %v", err)
	}
	withdraw() // a second time, which is not the new one's
	if v, ok := n.LookupPublished("shelf", "a"); !ok || v != shelf(4) {
		t.Errorf("found %v, %v", v, ok)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 200 {
				if w, err := n.Publish("shelf", string(rune('b'+i%2)), shelf(i)); err == nil {
					w()
				}
				for range n.AllPublished("shelf") {
				}
			}
		})
	}
	all.Wait()
}

// leaver is a registry that notes what it hears.
type leaver struct{ heard []error }

func (l *leaver) Register(process.PID) error { return nil }
func (l *leaver) Leave(reason error)         { l.heard = append(l.heard, reason); panic("in a hook") }

// A Registration that is a Leaver hears of the end once, also of a process whose code never ran.
func TestLeaver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		l := new(leaver)
		p := w.Puppet(process.WithVia(l))
		p.Exit(errBoom)
		p.Want(errBoom)
		if len(l.heard) != 1 || l.heard[0] != errBoom {
			t.Errorf("heard %v", l.heard)
		}
		var orphan process.PID
		dead := new(leaver)
		parent := w.Puppet()
		parent.Do(func(c *process.Context) {
			process.Exit(c, parent.PID, process.Kill) // itself: ends when this returns
			orphan, _ = process.SpawnLink(c, func(c *process.Context) error { <-c.Done(); return nil }, process.WithVia(dead))
		})
		if synctest.Wait(); orphan.Alive() || len(dead.heard) != 1 || dead.heard[0] != process.Killed {
			t.Errorf("heard %v of the end of %v", dead.heard, orphan)
		}
	})
}

// panicking is a Registration with a bug, as an entry under a key that cannot
// be compared has one.
type panicking struct{}

func (panicking) Register(process.PID) error { panic("on purpose") }

// A panic in it is the start's failure and not the starter's, and leaves nothing.
func TestWithViaThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		starter := w.Puppet()
		starter.Do(func(c *process.Context) {
			_, err := process.SpawnLink(c, func(*process.Context) error { return nil }, process.WithVia(panicking{}), process.WithName("x"))
			if failed := (*process.PanicError)(nil); !errors.As(err, &failed) || failed.Value != "on purpose" {
				t.Errorf("start: %v, want the panic", err)
			}
		})
		if _, taken := process.WhereIs(w.Ctx, "x"); taken {
			t.Error("the name is still taken")
		}
		if got := slices.Collect(w.Node.Processes()); !slices.Equal(got, []process.PID{starter.PID}) {
			t.Errorf("processes %v, want %v only", got, starter.PID)
		}
		starter.Want(nil)
	})
}

// killer is a registry in which somebody finds the process, and kills it, before it is told.
type killer struct{ left error }

func (k *killer) Register(pid process.PID) error {
	process.Exit(context.Background(), pid, process.Kill)
	return nil
}

func (k *killer) Leave(reason error) { k.left = reason }

// A Leaver hears of each end of what it has registered.
func TestLeaverOfTheKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		var k killer
		if _, err := process.Spawn(w.Ctx, func(*process.Context) error { return nil }, process.WithVia(&k)); err == nil {
			t.Error("the start succeeded")
		}
		if k.left != process.Killed {
			t.Errorf("it heard %v, want killed", k.left)
		}
		if n := w.Node.Abandoned(); n != 0 {
			t.Errorf("%d abandoned", n)
		}
	})
}

// When a Wait has ended, the Downs and exit signals of the process are where they belong.
func TestWaitIsLast(t *testing.T) {
	w := proctest.New(t)
	for range 300 {
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error { _, err := process.Receive(c); return err })
		if err != nil {
			t.Fatal(err)
		}
		monitoring, heard := make(chan struct{}), make(chan struct{})
		watcher, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			for range 20 {
				c.Monitor(pid)
			}
			close(monitoring)
			<-heard
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		<-monitoring
		go process.Exit(w.Ctx, pid, process.Kill)
		if _, err := process.Wait(w.Ctx, pid); err != nil {
			t.Fatal(err)
		}
		if info, _ := process.InfoOf(w.Ctx, watcher); info.Mailbox != 20 {
			t.Errorf("%d of 20 Downs have arrived", info.Mailbox)
		}
		close(heard)
	}
}
