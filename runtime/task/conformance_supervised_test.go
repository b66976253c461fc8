package task_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// noLink has a puppet start a task that is not linked to it.
func noLink(p *proctest.Puppet, sup dynsupervisor.Ref, f func(context.Context) (int, error), opts ...task.Option) (tk *task.Task[int]) {
	p.Do(func(c *process.Context) { tk, _ = task.AsyncNoLink(c, sup, f, opts...) })
	return tk
}

// asker is a server that has tasks work for it.
type asker struct {
	sup dynsupervisor.Ref
	got chan any
}

type ask struct {
	genserver.CastTo[*asker]
	f func(context.Context) (int, error)
}

func (a *asker) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (a *asker) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case ask:
		tk, err := task.AsyncNoLink(c, a.sup, msg.f)
		if err != nil {
			return c.Stop(err)
		}
		tk.Notify(c.Context)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (a *asker) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	a.got <- msg
	return c.NoReply()
}

var supervisedCases = []conformance.Case{
	{ID: "TSK-023", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner, sup := w.Puppet(), startSup(w)
		a, b := noLink(owner, sup, boom), noLink(owner, sup, boom)
		owner.Do(func(c *process.Context) {
			_, done, err := a.Yield(c, time.Second)
			if wantExit(t, "Yield", err, errBoom); !done {
				t.Error("not done")
			}
			_, err = b.Await(c)
			wantExit(t, "Await", err, errBoom)
		})
		owner.Want(nil)
		owner.WantNothing()
	}},
	{ID: "TSK-024", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner, sup := w.Puppet(), startSup(w)
		fate := w.Watch(noLink(owner, sup, forever).PID())
		owner.Exit(errBoom)
		fate.Want(nil)
	}},
	{ID: "TSK-025", Standing: conformance.Changed, Why: "The server asks for the message with Notify, and gets one Done with the result or the exit reason.", Test: func(t *testing.T) {
		w := proctest.New(t)
		a := &asker{sup: startSup(w), got: make(chan any, 10)}
		server, err := genserver.Start(w.Ctx, func() *asker { return a }, genserver.Bounded(1, process.Refuse))
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(w.Resolve(server.Dest()))
		for _, f := range []func(context.Context) (int, error){one, boom} {
			genserver.Cast(w.Ctx, server, ask{f: f})
			got, ok := (<-a.got).(task.Done[int])
			if !ok {
				t.Fatalf("got %T", got)
			}
			if v, err := got.Task.Await(w.Ctx); v != got.Value || err != got.Err {
				t.Errorf("%+v; Await %d, %v", got, v, err)
			}
			if got.Value != 1 {
				wantExit(t, "the crash", got.Err, errBoom)
			}
		}
		if synctest.Wait(); len(a.got) != 0 {
			t.Errorf("another message: %v", <-a.got)
		}
	}},
	{ID: "TSK-026", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner, sup := w.Puppet(), startSup(w)
		a, b := noLink(owner, sup, forever), noLink(owner, sup, forever)
		if err := dynsupervisor.Terminate(w.Ctx, sup, a.PID()); err != nil {
			t.Errorf("Terminate: %v", err)
		}
		_, err := a.Await(w.Ctx)
		wantExit(t, "after Terminate", err, process.Shutdown)
		if err := dynsupervisor.Terminate(w.Ctx, sup, a.PID()); !errors.Is(err, supervisor.ErrNotFound) {
			t.Errorf("Terminate again: %v", err)
		}
		if err := dynsupervisor.Stop(w.Ctx, sup); err != nil {
			t.Errorf("Stop: %v", err)
		}
		_, err = b.Await(w.Ctx)
		wantExit(t, "after Stop", err, process.Shutdown)
	}},
	{ID: "TSK-027", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		var runs atomic.Int32
		work := func(context.Context) error { runs.Add(1); time.Sleep(time.Second); return errBoom }
		if pid, err := task.StartIn(w.Ctx, sup, work); err != nil || !pid.Alive() {
			t.Errorf("StartIn: %v, %v", pid, err)
		}
		time.Sleep(time.Minute)
		if n := runs.Swap(0); n != 1 {
			t.Errorf("one that is temporary ran %d times", n)
		}
		stuck, err := task.StartIn(w.Ctx, sup, func(context.Context) error { time.Sleep(time.Minute); return nil })
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // until it is busy
		taking(t, 5*time.Second, func() {
			if err := dynsupervisor.Terminate(w.Ctx, sup, stuck); err != nil {
				t.Error(err)
			}
		})
		if _, err := dynsupervisor.StartChild(w.Ctx, sup, task.Child("again", work).Restart(supervisor.Permanent)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1500 * time.Millisecond)
		if n := runs.Load(); n != 2 {
			t.Errorf("one that is permanent ran %d times", n)
		}
		time.Sleep(time.Minute)
	}},
	{ID: "TSK-028", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w, dynsupervisor.MaxChildren(1))
		if _, err := task.AsyncIn(w.Ctx, sup, forever); err != nil {
			t.Fatal(err)
		}
		a, err1 := task.AsyncIn(w.Ctx, sup, forever)
		b, err2 := task.AsyncNoLink(w.Ctx, sup, forever)
		c, err3 := task.StartIn(w.Ctx, sup, func(context.Context) error { return nil })
		for _, err := range []error{err1, err2, err3} {
			if !errors.Is(err, dynsupervisor.ErrMaxChildren) {
				t.Errorf("one too many: %v", err)
			}
		}
		if a != nil || b != nil || !c.IsZero() {
			t.Error("a task that was refused")
		}
	}},
	{ID: "TSK-029", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner, sup := w.Puppet(), startSup(w)
		fate := w.Watch(noLink(owner, sup, forever, task.Shutdown(supervisor.BrutalKill)).PID())
		if err := dynsupervisor.Stop(w.Ctx, sup); err != nil {
			t.Error(err)
		}
		fate.Want(process.Killed)
	}},
}
