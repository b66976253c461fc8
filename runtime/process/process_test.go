package process_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

func TestInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		var timer process.Timer
		p.Do(func(c *process.Context) { timer = c.SendEvery(time.Second, "tick") })
		time.Sleep(3500 * time.Millisecond)
		if got := p.Got(); !slices.Equal(got, []any{"tick", "tick", "tick"}) {
			t.Errorf("after 3.5 s: %v", got)
		}
		if left, ok := timer.Cancel(); !ok || left != 500*time.Millisecond {
			t.Errorf("Cancel: %v, %v", left, ok)
		}
		time.Sleep(time.Minute)
		p.WantNothing()
		// An interval that is not cancelled ends with its process, else the bubble's time would run on.
		p.Do(func(c *process.Context) { timer = c.SendEvery(time.Second, "tick") })
		p.Exit(nil)
		if _, ok := timer.Cancel(); ok {
			t.Error("the interval outlives its process")
		}
	})
}

func TestTimerToName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		p.Do(func(c *process.Context) { c.SendAfterTo(process.Name("late"), time.Second, "hello") })
		named := w.Puppet(process.WithName("late")) // the name is looked up when the timer fires
		time.Sleep(time.Second)
		if got := named.Got(); !slices.Equal(got, []any{"hello"}) {
			t.Errorf("messages: %v", got)
		}
	})
}

func TestInfo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		parent, watcher, watched := w.Puppet(), w.Puppet(), w.Puppet()
		p := parent.SpawnLink(process.WithName("known"))
		watcher.Monitor(p.PID)
		p.Monitor(watched.PID)
		p.Do(func(c *process.Context) {
			if was := c.TrapExit(true); was {
				t.Error("a new process traps exits")
			}
			if was := c.TrapExit(true); !was {
				t.Error("TrapExit does not remember")
			}
		})
		handled := func() process.Info {
			info, ok := process.InfoOf(w.Ctx, p.PID)
			if !ok {
				t.Fatal("no info")
			}
			return info
		}
		info := handled()
		if info.PID != p.PID || info.Name != "known" || info.Parent != parent.PID || !info.TrapExit || info.Busy || info.Mailbox != 0 || info.Behaviour != "process" ||
			!slices.Equal(info.Links, []process.PID{parent.PID}) || !slices.Equal(info.Monitors, []process.PID{watched.PID}) || !slices.Equal(info.MonitoredBy, []process.PID{watcher.PID}) {
			t.Errorf("%+v", info)
		}
		before := info.Handled
		p.Do(func(c *process.Context) {
			for range 3 {
				if err := process.Send(c, p.PID, "waiting"); err != nil {
					t.Error(err)
				}
			}
			if info := handled(); info.Mailbox != 3 || !info.Busy {
				t.Errorf("while busy: %+v", info)
			}
		})
		if info := handled(); info.Mailbox != 0 || info.Handled != before+4 {
			t.Errorf("handled %d messages before and %d after 4 more, %d wait", before, info.Handled, info.Mailbox)
		}
		if !slices.Contains(slices.Collect(w.Node.Processes()), p.PID) {
			t.Error("the node does not list the process")
		}
		if pid, err := w.Node.ParsePID(p.PID.String()); pid != p.PID || err != nil {
			t.Errorf("ParsePID: %v, %v", pid, err)
		}
	})
}

func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		for _, asked := range []bool{true, false} { // whether anybody asked for Done while the process lived
			p := w.Puppet()
			var own *process.Context
			var derived context.Context
			var cancel context.CancelFunc
			p.Do(func(c *process.Context) {
				own = c
				if asked {
					derived, cancel = context.WithCancel(context.WithValue(c, key{}, "deep"))
				}
				if c.Err() != nil || c.Self() != p.PID || c.Node() != w.Node || process.NodeOf(c) != w.Node {
					t.Errorf("err %v, self %v, node %v", c.Err(), c.Self(), c.Node())
				}
			})
			p.Exit(errBoom)
			if derived == nil {
				derived, cancel = context.WithCancel(own)
			}
			defer cancel()
			for _, ctx := range []context.Context{own, derived} {
				<-ctx.Done()
				if ctx.Err() != context.Canceled || context.Cause(ctx) != errBoom {
					t.Errorf("asked %v, %T: %v because of %v", asked, ctx, ctx.Err(), context.Cause(ctx))
				}
			}
			if err := process.Send(derived, p.PID, "from the dead"); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Send with a context made from the dead process's: %v", err)
			}
		}
	})
}

type key struct{}

// A context made from a process's own costs no goroutine, as with the standard library's.
func TestContextCostsNoGoroutine(t *testing.T) {
	w := proctest.New(t)
	grown := make(chan int)
	pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
		before := runtime.NumGoroutine()
		for range 100 {
			_, cancel := context.WithCancel(context.WithValue(c, key{}, "deep"))
			defer cancel()
			_, cancel = context.WithTimeout(c, time.Hour)
			defer cancel()
		}
		grown <- runtime.NumGoroutine() - before
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := <-grown; n > 10 { // others may have started meanwhile
		t.Errorf("200 contexts cost %d goroutines", n)
	}
	if _, err := process.Wait(w.Ctx, pid); err != nil {
		t.Error(err)
	}
}

// A wait for a message or for a process's end ends with the caller's patience and leaves nothing behind.
func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		p := w.Puppet()
		ctx, cancel := context.WithTimeout(w.Ctx, time.Second)
		defer cancel()
		begun := time.Now()
		if reason, err := process.Wait(ctx, p.PID); reason != nil || !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("Wait: %v, %v after %v", reason, err, time.Since(begun))
		}
		p.Exit(nil)
		if reason, err := process.Wait(w.Ctx, p.PID); reason != process.NoProc || err != nil {
			t.Errorf("Wait for a dead process: %v, %v", reason, err)
		}
		if reason, err := process.Wait(w.Ctx, process.PID{}); reason != process.NoProc || err != nil {
			t.Errorf("Wait for nobody: %v, %v", reason, err)
		}
	})
}
