package task_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

type key struct{}

// What f's context is made of: the task's process, the caller's values, deadline and end.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		errStop := errors.New("stop")
		parent := context.WithValue(w.Ctx, key{}, "value")
		ctx, cancel := context.WithCancelCause(parent)
		var after, derived context.Context
		tk := task.Async(ctx, func(ctx context.Context) (int, error) {
			after = ctx
			if v := ctx.Value(key{}); v != "value" {
				t.Errorf("value %v", v)
			}
			if self, ok := process.SelfOf(ctx); !ok || self == (process.PID{}) || process.NodeOf(ctx) != w.Node {
				t.Errorf("self %v", self)
			}
			if _, ok := ctx.Deadline(); ok || ctx.Err() != nil || context.Cause(ctx) != nil {
				t.Errorf("it has ended or will: %v, %v", ctx.Err(), context.Cause(ctx))
			}
			var cancel func()
			derived, cancel = context.WithTimeout(ctx, time.Hour)
			defer cancel()
			<-derived.Done()
			return 1, context.Cause(derived)
		})
		synctest.Wait()
		cancel(errStop)
		if v, err := tk.Await(w.Ctx); v != 1 || err != errStop {
			t.Errorf("Await: %d, %v", v, err)
		}
		if after.Err() != context.Canceled || derived.Err() != context.Canceled {
			t.Errorf("after the end: %v, %v", after.Err(), derived.Err())
		}

		soon, stop := context.WithTimeout(w.Ctx, time.Second)
		defer stop()
		taking(t, time.Second, func() {
			if _, err := task.Async(soon, forever).Await(w.Ctx); err != context.DeadlineExceeded {
				t.Errorf("a deadline: %v", err)
			}
		})
		<-soon.Done() // its timer is another one
		if _, err := task.Async(soon, func(ctx context.Context) (int, error) { return 0, ctx.Err() }).Await(w.Ctx); err != context.DeadlineExceeded {
			t.Errorf("an expired context: %v", err)
		}
	})
}

// A context made from a process's ends the task's when it is cancelled, not when the process ends as normal.
func TestContextOfProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		var a, b *task.Task[int]
		var cancelA func()
		owner.Do(func(c *process.Context) {
			var ctx context.Context
			ctx, cancelA = context.WithCancel(c)
			a = task.Async(ctx, forever)
			ctx, cancelB := context.WithTimeout(c, time.Minute)
			_ = cancelB
			b = task.Async(ctx, forever)
		})
		cancelA()
		if _, err := a.Await(w.Ctx); err != context.Canceled {
			t.Errorf("the first: %v", err)
		}
		owner.Want(nil)
		owner.Exit(nil)
		fate := w.Watch(b.PID())
		fate.Want(nil)
		time.Sleep(2 * time.Minute) // the deadline stands
		fate.Want(process.Normal)
	})
}

// What is started with Start and without a link does not end with the context that it was started with.
func TestDetached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		ctx, cancel := context.WithCancel(context.WithValue(w.Ctx, key{}, "value"))
		var done atomic.Int32
		work := func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				t.Error("it ended with the request")
			case <-time.After(time.Minute):
			}
			if ctx.Value(key{}) == "value" && ctx.Err() == nil {
				done.Add(1)
			}
			return nil
		}
		if _, err := task.Start(ctx, work); err != nil {
			t.Error(err)
		}
		if _, err := task.StartIn(ctx, sup, work); err != nil {
			t.Error(err)
		}
		tk, err := task.AsyncNoLink(ctx, sup, func(ctx context.Context) (int, error) { return 1, work(ctx) })
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		time.Sleep(2 * time.Minute)
		if v, err := tk.Await(w.Ctx); v != 1 || err != nil || done.Load() != 3 {
			t.Errorf("%d, %v; %d done", v, err, done.Load())
		}
	})
}

// An error is a result: it ends neither the owner nor the task's process badly.
func TestError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		tk := async(owner, func(context.Context) (int, error) { return 9, errBoom })
		if v, err := tk.Await(w.Ctx); v != 9 || err != errBoom {
			t.Errorf("Await: %d, %v", v, err)
		}
		owner.Want(nil)
		if log := w.Log(); log != "" {
			t.Errorf("log: %s", log)
		}
	})
}

// caller is a server that awaits a task that calls it.
type caller struct {
	how func(c *genserver.Context) error
}

type call struct {
	genserver.CallTo[*caller, error]
}

func (s *caller) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *caller) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case call:
		return req.Reply(from, s.how(c))
	}
	return c.Unhandled(req)
}

func TestCircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		var server genserver.Ref[*caller]
		s := &caller{how: func(c *genserver.Context) error {
			_, err := task.Async(c, func(ctx context.Context) (int, error) {
				_, err := genserver.Call(ctx, server, call{})
				return 0, err
			}).Await(c)
			return err
		}}
		server, err := genserver.Start(w.Ctx, func() *caller { return s })
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(w.Resolve(server.Dest()))
		begun := time.Now()
		var circle *process.DeadlockError
		if told, err := genserver.Call(w.Ctx, server, call{}); !errors.As(told, &circle) || err != nil {
			t.Errorf("the task's call: %v; %v", told, err)
		}
		if d := time.Since(begun); d > time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

// A process that has ended starts no task.
func TestFenced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		owner := w.Puppet()
		var dead *process.Context
		owner.Do(func(c *process.Context) { dead = c })
		owner.Exit(nil)
		for _, tk := range []*task.Task[int]{task.Async(dead, one)} {
			if _, err := tk.Await(w.Ctx); !errors.Is(err, process.ErrFenced) || !tk.PID().IsZero() {
				t.Errorf("Await: %v", err)
			}
			if _, done, err := tk.Shutdown(w.Ctx, time.Second); !done || !errors.Is(err, process.ErrFenced) {
				t.Errorf("Shutdown: %v, %v", done, err)
			}
		}
		if _, err := task.AsyncIn(dead, sup, one); !errors.Is(err, process.ErrFenced) {
			t.Errorf("AsyncIn: %v", err)
		}
		if _, err := task.Start(dead, func(context.Context) error { return nil }); !errors.Is(err, process.ErrFenced) {
			t.Errorf("Start: %v", err)
		}
	})
}

// A start that its caller has given up does not run the function later.
func TestStartGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		if err := genserver.Suspend(w.Ctx, sup); err != nil {
			t.Fatal(err)
		}
		owner := w.Puppet()
		owner.Do(func(c *process.Context) {
			ctx, cancel := context.WithTimeout(c, time.Second)
			defer cancel()
			if tk, err := task.AsyncIn(ctx, sup, func(context.Context) (int, error) {
				t.Error("it ran")
				return 0, nil
			}); tk != nil || !errors.Is(err, task.ErrTimeout) {
				t.Errorf("AsyncIn: %v, %v", tk, err)
			}
		})
		if err := genserver.Resume(w.Ctx, sup); err != nil {
			t.Fatal(err)
		}
		owner.Want(nil)
	})
}

// A killed task tells at once, and what its function does later does not count.
func TestKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		tk := task.Async(w.Ctx, deaf(time.Minute))
		synctest.Wait()
		process.Exit(w.Ctx, tk.PID(), process.Kill)
		taking(t, 0, func() {
			_, err := tk.Await(w.Ctx)
			wantExit(t, "Await", err, process.Killed)
		})
		time.Sleep(2 * time.Minute)
		_, err := tk.Await(w.Ctx)
		wantExit(t, "Await again", err, process.Killed)
		if n := w.Node.Abandoned(); n != 0 {
			t.Errorf("%d abandoned", n)
		}
	})
}

// Everything that can be done with a task at the same moment.
func TestConcurrentUse(t *testing.T) {
	w := proctest.New(t)
	listener := make(chan task.Done[int], 1000)
	pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
		for {
			msg, err := process.Receive(c)
			if err != nil {
				return err
			}
			switch msg := msg.(type) {
			case task.Done[int]:
				listener <- msg
			case *task.Task[int]:
				msg.Notify(c)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.KillAtEnd(pid)
	for i := range 200 {
		var ran atomic.Bool
		tk := task.Async(w.Ctx, func(ctx context.Context) (int, error) {
			ran.Store(true)
			if i%3 == 0 {
				panic("on purpose")
			}
			return i, nil
		})
		var all sync.WaitGroup
		errs := make([]error, 4)
		for j := range errs {
			all.Go(func() { _, errs[j] = tk.Await(w.Ctx) })
		}
		_ = process.Send(w.Ctx, pid, tk)
		all.Go(func() { <-tk.Done() })
		all.Go(func() {
			if i%5 == 0 {
				_, _, _ = tk.Shutdown(w.Ctx, time.Second)
			}
		})
		all.Go(func() { _, _ = task.YieldMany(w.Ctx, time.Second, []*task.Task[int]{tk, tk}) })
		all.Wait()
		if slices.ContainsFunc(errs, func(err error) bool { return err != errs[0] }) {
			t.Errorf("not of one opinion: %v", errs)
		}
		if done := <-listener; done.Task != tk || done.Err != errs[0] {
			t.Errorf("the message: %+v, Await %v", done, errs[0])
		}
	}
}

// Yield and YieldMany wait without a limit, if that is asked for.
func TestYieldForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		tk := task.Async(w.Ctx, deaf(time.Hour))
		v, done, err := tk.Yield(w.Ctx, supervisor.Infinity)
		if wantInt(t, "Yield", v, err, 7); !done {
			t.Error("not done")
		}
		ended, err := task.YieldMany(w.Ctx, supervisor.Infinity, []*task.Task[int]{task.Async(w.Ctx, deaf(time.Hour))})
		if err != nil || ended[0] == nil || ended[0].Value != 7 {
			t.Errorf("YieldMany: %v, %v", ended, err)
		}
	})
}

// A context that ends ends a wait for many, and leaves the tasks alone.
func TestManyContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		tasks := []*task.Task[int]{task.Async(w.Ctx, deaf(time.Minute)), task.Completed(1)}
		ctx, cancel := context.WithCancel(w.Ctx)
		time.AfterFunc(time.Second, cancel)
		if vs, err := task.AwaitAll(ctx, tasks...); vs != nil || err == nil || !errors.Is(err, context.Canceled) {
			t.Errorf("AwaitAll: %v, %v", vs, err)
		}
		ended, err := task.YieldMany(ctx, time.Hour, tasks, task.KillLate())
		if ended[0] != nil || ended[1] == nil || ended[1].Value != 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("YieldMany: %v, %v", ended, err)
		}
		if _, done, err := tasks[0].Yield(ctx, time.Hour); done || !errors.Is(err, context.Canceled) {
			t.Errorf("Yield: %v, %v", done, err)
		}
		if _, done, err := tasks[0].Shutdown(ctx, time.Hour); done || !errors.Is(err, context.Canceled) {
			t.Errorf("Shutdown: %v, %v", done, err)
		}
		if _, err := tasks[0].Await(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Await: %v", err)
		}
		time.Sleep(2 * time.Minute)
		_, err = tasks[0].Await(w.Ctx) // it was asked to end
		wantExit(t, "Await", err, process.Shutdown)
		if want := "exited: shutdown"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	})
}

// A supervised task is linked to its owner too, from before its function runs.
func TestSupervisedLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		for range 50 {
			owner := w.Puppet()
			owner.Do(func(c *process.Context) {
				_, _ = task.AsyncIn(c, sup, boom) // the crash may come before this returns
			})
			if err := owner.Reason(); !errors.Is(err, errBoom) {
				t.Errorf("the owner: %v", err)
			}
		}
		owner := w.Puppet()
		var tk *task.Task[int]
		owner.Do(func(c *process.Context) { tk, _ = task.AsyncIn(c, sup, forever) })
		fate := w.Watch(tk.PID())
		owner.Exit(errBoom)
		fate.Want(errBoom)
	})
}

// A start that is given up at the moment at which it succeeds leaves no task behind.
func TestStartGivenUpLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		before := slices.Collect(w.Node.Processes())
		for range 200 {
			ctx, cancel := context.WithCancel(w.Ctx)
			tk, err := task.AsyncNoLink(ctx, sup, func(ctx context.Context) (int, error) {
				cancel()
				return forever(ctx)
			})
			if err == nil {
				_, _, _ = tk.Shutdown(w.Ctx, time.Second)
			}
			cancel()
		}
		wantNobody(w, before...)
	})
}
