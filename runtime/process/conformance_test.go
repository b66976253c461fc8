package process_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

func TestMain(m *testing.M) { conformance.Main(m) }

var errBoom = errors.New("boom")

func TestConformance(t *testing.T) {
	conformance.Run(t, "PR", exitCases, monitorCases, nameAndTimerCases, messageCases)
}

var exitCases = []conformance.Case{
	{ID: "PR-001", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, b := w.Puppet(), w.Puppet()
		a.Link(b.PID)
		b.Exit(nil)
		b.Want(process.Normal)
		a.Want(nil)
		if links := w.Links(a.PID); len(links) != 0 {
			t.Errorf("links of the survivor: %v", links)
		}
	}},
	{ID: "PR-002", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, reason := range []error{errBoom, process.Shutdown, &process.ShutdownReason{Detail: errBoom}} {
			a, b := w.Puppet(), w.Puppet()
			a.Link(b.PID)
			b.Exit(reason)
			a.Want(reason)
		}
		for _, crash := range []func(){func() { panic("crash") }, runtime.Goexit} {
			a, b := w.Puppet(), w.Puppet()
			a.Link(b.PID)
			b.Do(func(*process.Context) { crash() })
			if b.Reason() == nil {
				t.Error("the crashed process lives")
			}
			a.Want(b.Reason())
		}
	}},
	{ID: "PR-003", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, b, c := w.Puppet(), w.Puppet(), w.Puppet()
		b.Link(a.PID)
		c.Link(b.PID)
		a.Exit(errBoom)
		b.Want(errBoom)
		c.Want(errBoom)
	}},
	{ID: "PR-004", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, reason := range []error{process.Normal, errBoom, process.Shutdown} {
			a, b := w.Trapping(), w.Puppet()
			a.Link(b.PID)
			b.Exit(reason)
			a.WantExited(b.PID, reason)
			a.Want(nil)
		}
		a, b := w.Trapping(), w.Puppet()
		a.Link(b.PID)
		b.Do(func(*process.Context) { panic("crash") })
		a.WantExited(b.PID, b.Reason())
	}},
	{ID: "PR-005", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		target, linked, trapping, monitoring := w.Trapping(), w.Puppet(), w.Trapping(), w.Puppet()
		linked.Link(target.PID)
		trapping.Link(target.PID)
		ref := monitoring.Monitor(target.PID)
		process.Exit(w.Ctx, target.PID, process.Kill)
		target.Want(process.Killed)
		linked.Want(process.Killed)
		trapping.WantExited(target.PID, process.Killed)
		wantDown(t, monitoring, ref, target.PID, process.Killed)
	}},
	{ID: "PR-006", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		target, trapping, monitoring := w.Puppet(), w.Trapping(), w.Puppet()
		trapping.Link(target.PID)
		ref := monitoring.Monitor(target.PID)
		target.Exit(process.Kill)
		target.Want(process.Kill)
		trapping.WantExited(target.PID, process.Kill)
		trapping.Want(nil)
		wantDown(t, monitoring, ref, target.PID, process.Kill)
	}},
	{ID: "PR-007", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		sender, plain, trapping := w.Puppet(), w.Puppet(), w.Trapping()
		sender.Do(func(c *process.Context) {
			process.Exit(c, plain.PID, process.Normal)
			process.Exit(c, trapping.PID, process.Normal)
		})
		plain.Want(nil)
		plain.WantNothing()
		trapping.WantExited(sender.PID, process.Normal)
		trapping.Want(nil)
	}},
	{ID: "PR-008", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		plain, trapping := w.Puppet(), w.Trapping()
		for _, p := range []*proctest.Puppet{plain, trapping} {
			p.Do(func(c *process.Context) { process.Exit(c, c.Self(), process.Normal) })
		}
		plain.Want(process.Normal)
		trapping.WantExited(trapping.PID, process.Normal)
		trapping.Want(nil)
	}},
	{ID: "PR-009", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		sender, trapping := w.Puppet(), w.Trapping()
		sender.Do(func(c *process.Context) { process.Exit(c, trapping.PID, errBoom) })
		trapping.WantExited(sender.PID, errBoom)
		process.Exit(w.Ctx, trapping.PID, errBoom) // from a plain goroutine: no sender
		trapping.WantExited(process.PID{}, errBoom)
	}},
	{ID: "PR-018", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		dead, plain, trapping := w.Puppet(), w.Puppet(), w.Trapping()
		dead.Exit(nil)
		plain.Do(func(c *process.Context) {
			if err := c.Link(dead.PID); !errors.Is(err, process.NoProc) {
				t.Errorf("Link to a dead process: %v, want %v", err, process.NoProc)
			}
		})
		plain.Want(nil)
		trapping.Link(dead.PID) // no error
		trapping.WantExited(dead.PID, process.NoProc)
	}},
	{ID: "PR-019", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, b := w.Puppet(), w.Puppet()
		a.Link(b.PID)
		a.Link(b.PID)
		b.Link(a.PID)
		a.Do(func(c *process.Context) { c.Unlink(b.PID) })
		if links := w.Links(b.PID); len(links) != 0 {
			t.Errorf("links after unlinking: %v", links)
		}
		b.Exit(errBoom)
		a.Want(nil)

		trapping, peer := w.Trapping(), w.Puppet()
		trapping.Link(peer.PID)
		trapping.Link(peer.PID)
		peer.Exit(errBoom)
		trapping.WantExited(peer.PID, errBoom)
	}},
}

var monitorCases = []conformance.Case{
	{ID: "PR-010", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		dead, watcher := w.Puppet(), w.Puppet()
		dead.Exit(nil)
		ref := watcher.Monitor(dead.PID)
		wantDown(t, watcher, ref, dead.PID, process.NoProc)
	}},
	{ID: "PR-011", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		watcher := w.Puppet()
		ref := watcher.Monitor(process.Name("nobody"))
		wantDown(t, watcher, ref, process.Name("nobody"), process.NoProc)
		named := w.Puppet(process.WithName("somebody"))
		ref = watcher.Monitor(process.Name("somebody"))
		named.Exit(errBoom)
		wantDown(t, watcher, ref, process.Name("somebody"), errBoom)
	}},
	{ID: "PR-012", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		watcher, target := w.Puppet(), w.Puppet()
		refs := []process.MonitorRef{watcher.Monitor(target.PID), watcher.Monitor(target.PID)}
		target.Exit(errBoom)
		got := downs(watcher.Got())
		if len(got) != 2 || refs[0] == refs[1] || got[0].Ref == got[1].Ref || !slices.Contains(refs, got[0].Ref) || !slices.Contains(refs, got[1].Ref) {
			t.Errorf("downs %v for monitors %v", got, refs)
		}
	}},
	{ID: "PR-013", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		end := func(end func(p *proctest.Puppet)) error {
			watcher, target := w.Puppet(), w.Puppet()
			watcher.Monitor(target.PID)
			end(target)
			got := downs(watcher.Got())
			if len(got) != 1 {
				t.Fatalf("downs: %v", got)
			}
			return got[0].Reason
		}
		if r := end(func(p *proctest.Puppet) { p.Exit(nil) }); r != process.Normal {
			t.Errorf("returned: %v", r)
		}
		if r := end(func(p *proctest.Puppet) { p.Exit(errBoom) }); r != errBoom {
			t.Errorf("returned an error: %v", r)
		}
		var panicked *process.PanicError
		r := end(func(p *proctest.Puppet) { p.Do(func(*process.Context) { panic(42) }) })
		if !errors.As(r, &panicked) || panicked.Value != 42 || len(panicked.Stack) == 0 {
			t.Errorf("panicked: %v", r)
		}
		var exited *process.GoexitError
		r = end(func(p *proctest.Puppet) { p.Do(func(*process.Context) { runtime.Goexit() }) })
		if !errors.As(r, &exited) {
			t.Errorf("Goexit: %v", r)
		}
	}},
	{ID: "PR-014", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		watcher, target := w.Puppet(), w.Puppet()
		watcher.Monitor(target.PID)
		target.Exit(errBoom)
		watcher.Want(nil)
		watcher.Exit(errBoom)

		target = w.Puppet()
		watcher = w.Puppet()
		watcher.Monitor(target.PID)
		watcher.Exit(errBoom)
		target.Want(nil)
		target.WantNothing()
	}},
	{ID: "PR-015", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		watcher, target := w.Puppet(), w.Puppet()
		ref := watcher.Monitor(target.PID)
		watcher.Do(func(c *process.Context) { c.Demonitor(ref) })
		target.Exit(errBoom)
		watcher.WantNothing()

		// While the watcher is busy the Down waits in its mailbox. Without Flush it stays there.
		for _, flush := range []bool{true, false} {
			target = w.Puppet()
			ref = watcher.Monitor(target.PID)
			watcher.Do(func(c *process.Context) {
				process.Exit(w.Ctx, target.PID, process.Kill)
				time.Sleep(time.Second)
				if flush {
					c.Demonitor(ref, process.Flush())
				} else {
					c.Demonitor(ref)
				}
			})
			if got := len(watcher.Got()); got == 1 == flush {
				t.Errorf("flush %v: %d messages", flush, got)
			}
		}
	}},
	{ID: "PR-016", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		receiver := w.Puppet()
		for range 500 {
			sender := w.Puppet()
			ref := receiver.Monitor(sender.PID)
			sender.Do(func(c *process.Context) {
				for i := range 5 {
					if err := process.Send(c, receiver.PID, i); err != nil {
						t.Error(err)
					}
				}
				panic("the messages are out")
			})
			got := receiver.Got()
			if len(got) != 6 || !slices.Equal(got[:5], []any{0, 1, 2, 3, 4}) {
				t.Fatalf("messages: %v", got)
			}
			if d, ok := got[5].(process.Down); !ok || d.Ref != ref {
				t.Fatalf("last message: %v", got[5])
			}
		}
	}},
	{ID: "PR-017", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, b := w.Trapping(), w.Puppet()
		a.Link(b.PID)
		a.Monitor(b.PID)
		b.Exit(errBoom)
		got := a.Got()
		exited := slices.ContainsFunc(got, func(m any) bool { return m == any(process.Exited{From: b.PID, Reason: errBoom}) })
		if len(got) != 2 || len(downs(got)) != 1 || !exited {
			t.Errorf("messages: %v", got)
		}
	}},
}

var nameAndTimerCases = []conformance.Case{
	{ID: "PR-021", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		first, second, dead := w.Puppet(process.WithName("first")), w.Puppet(), w.Puppet()
		dead.Exit(nil)
		if err := process.Register(w.Ctx, "first", second.PID); !errors.Is(err, process.ErrNameTaken) {
			t.Errorf("a taken name: %v", err)
		}
		if err := process.Register(w.Ctx, "other", first.PID); !errors.Is(err, process.ErrHasName) {
			t.Errorf("a second name for one process: %v", err)
		}
		if err := process.Register(w.Ctx, "dead", dead.PID); !errors.Is(err, process.NoProc) {
			t.Errorf("a dead process: %v", err)
		}
		if pid, ok := process.WhereIs(w.Ctx, "first"); !ok || pid != first.PID {
			t.Errorf("the name belongs to %v", pid)
		}
		for _, free := range []process.Name{"other", "dead"} {
			if pid, ok := process.WhereIs(w.Ctx, free); ok {
				t.Errorf("%s belongs to %v", free, pid)
			}
		}
		if err := process.Register(w.Ctx, "other", second.PID); err != nil {
			t.Errorf("a free name: %v", err)
		}
	}},
	{ID: "PR-022", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for i := range 1000 {
			name := process.Name(fmt.Sprint("n", i))
			pid, err := process.Spawn(w.Ctx, func(c *process.Context) error { _, err := process.Receive(c); return err }, process.WithName(name))
			if err != nil {
				t.Fatal(err)
			}
			free := make(chan bool)
			_, err = process.Spawn(w.Ctx, func(c *process.Context) error {
				c.Monitor(pid)
				process.Exit(c, pid, errBoom)
				_, err := process.ReceiveMatch(c, func(process.Down) bool { return true })
				_, taken := process.WhereIs(c, name)
				free <- !taken
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if !<-free {
				t.Fatalf("round %d: the name is taken at Down", i)
			}
		}
	}},
	{ID: "PR-024", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		p.Do(func(c *process.Context) {
			fired := c.SendAfter(10*time.Millisecond, "fired")
			time.Sleep(20 * time.Millisecond)
			if _, ok := fired.Cancel(); ok {
				t.Error("a fired timer was cancelled")
			}
			early := c.SendAfter(100*time.Millisecond, "early")
			time.Sleep(30 * time.Millisecond)
			if left, ok := early.Cancel(); !ok || left != 70*time.Millisecond {
				t.Errorf("cancelled early: %v, %v", left, ok)
			}
			if _, ok := early.Cancel(); ok {
				t.Error("cancelled twice")
			}
		})
		time.Sleep(time.Second)
		if got := p.Got(); !slices.Equal(got, []any{"fired"}) {
			t.Errorf("messages: %v", got)
		}
	}},
	{ID: "PR-025", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		p, target := w.Puppet(), w.Puppet()
		var timer process.Timer
		p.Do(func(c *process.Context) { timer = c.SendAfterTo(target.PID, time.Second, "late") })
		target.Exit(nil)
		p.Do(func(*process.Context) {
			if left, ok := timer.Cancel(); ok {
				t.Errorf("a timer to a dead process had %v left", left)
			}
		})
		var own process.Timer
		p.Do(func(c *process.Context) { own = c.SendEvery(time.Second, "tick") })
		p.Exit(nil)
		if left, ok := own.Cancel(); ok {
			t.Errorf("a dead process's own timer had %v left", left)
		}
	}},
}

var messageCases = []conformance.Case{
	{ID: "PR-026", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		p.Do(func(c *process.Context) {
			for _, m := range []any{"a", 1, "b", 2, "c"} {
				if err := process.Send(c, c.Self(), m); err != nil {
					t.Error(err)
				}
			}
			two, err := process.ReceiveMatch(c, func(n int) bool { return n == 2 })
			if err != nil || two != 2 {
				t.Errorf("selected %v, %v", two, err)
			}
			start := time.Now()
			_, err = process.ReceiveMatch(c, func(n int) bool { return n == 3 }, process.After(time.Second))
			if !errors.Is(err, process.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("nothing to select: %v after %v", err, time.Since(start))
			}
		})
		if got := p.Got(); !slices.Equal(got, []any{"a", 1, "b", "c"}) {
			t.Errorf("left: %v", got)
		}
	}},
	{ID: "PR-027", Standing: conformance.NotApplicable, Why: "There are no aliases. What OTP uses them for, dropping late and second replies to a call, is GS-019 and GS-028."},
	{ID: "PR-028", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		if info, ok := process.InfoOf(w.Ctx, p.PID); !ok || info.PID != p.PID {
			t.Errorf("info of a live process: %+v, %v", info, ok)
		}
		p.Exit(nil)
		synctest.Wait()
		if info, ok := process.InfoOf(w.Ctx, p.PID); ok {
			t.Errorf("info of a dead process: %+v", info)
		}
	}},
}

// downs are the Down messages among all.
func downs(all []any) (downs []process.Down) {
	for _, m := range all {
		if d, ok := m.(process.Down); ok {
			downs = append(downs, d)
		}
	}
	return downs
}

func wantDown(t *testing.T, p *proctest.Puppet, ref process.MonitorRef, subject process.Dest, reason error) {
	t.Helper()
	got := p.Got()
	if len(got) != 1 {
		t.Errorf("messages %v, want one Down", got)
		return
	}
	if d, ok := got[0].(process.Down); !ok || d.Ref != ref || d.Subject != subject || d.Reason != reason {
		t.Errorf("message %#v, want Down %v of %v: %v", got[0], ref, subject, reason)
	}
}
