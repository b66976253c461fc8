package task_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// TestConformance runs the TSK cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) {
	conformance.Run(t, "TSK", awaitCases, manyCases, supervisedCases, streamCases)
}

var errBoom = errors.New("boom")

// boom crashes.
func boom(context.Context) (int, error) { panic(errBoom) }

// forever waits for the end of its context.
func forever(ctx context.Context) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

// deaf takes d and does not watch its context.
func deaf(d time.Duration) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { time.Sleep(d); return 7, nil }
}

// async has a puppet start a task.
func async(p *proctest.Puppet, f func(context.Context) (int, error)) (tk *task.Task[int]) {
	p.Do(func(c *process.Context) { tk = task.Async(c, f) })
	return tk
}

// wantExit checks that an error is of a task that ended with a reason.
func wantExit(t *testing.T, what string, err error, reason error) {
	t.Helper()
	var exit *task.ExitError
	if !errors.As(err, &exit) || !errors.Is(exit.Reason, reason) {
		t.Errorf("%s: %v, want an exit with %v", what, err, reason)
	}
}

func wantInt(t *testing.T, what string, got int, err error, want int) {
	t.Helper()
	if got != want || err != nil {
		t.Errorf("%s: %d, %v; want %d", what, got, err, want)
	}
}

// taking measures virtual time.
func taking(t *testing.T, want time.Duration, f func()) {
	t.Helper()
	begun := time.Now()
	f()
	if d := time.Since(begun); d != want {
		t.Errorf("it took %v, want %v", d, want)
	}
}

var awaitCases = []conformance.Case{
	{ID: "TSK-003", Standing: conformance.Changed, Why: "Await returns the crash as well; the caller dies with the task's reason when its callback returns, since a goroutine cannot be ended from outside.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		owner.Do(func(c *process.Context) {
			_, err := task.Async(c, boom).Await(c)
			if err == nil {
				t.Error("Await of a crash says nothing")
			}
		})
		var crash *process.PanicError
		if err := owner.Reason(); !errors.As(err, &crash) || crash.Value != errBoom {
			t.Errorf("the owner: %v", err)
		}
	}},
	{ID: "TSK-004", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Trapping()
		var nothing func(context.Context) (int, error)
		for what, f := range map[string]func(context.Context) (int, error){
			"a panic":           boom,
			"a panic, no error": func(context.Context) (int, error) { panic("thrown") },
			"a nil function":    nothing,
			"a Goexit":          func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
			"an exit signal": func(ctx context.Context) (int, error) {
				self, _ := process.SelfOf(ctx)
				process.Exit(ctx, self, errBoom)
				return 1, nil
			},
			"normal without a result": func(ctx context.Context) (int, error) {
				self, _ := process.SelfOf(ctx)
				process.Exit(ctx, self, process.Normal)
				return 1, nil
			},
		} {
			owner.Do(func(c *process.Context) {
				tk := task.Async(c, f)
				_, err := tk.Await(c)
				var exit *task.ExitError
				if !errors.As(err, &exit) || exit.Task != tk.PID() {
					t.Errorf("%s: Await %v", what, err)
				}
				if what == "normal without a result" && exit.Reason != process.Normal {
					t.Errorf("%s: %v", what, exit.Reason)
				}
			})
			owner.Want(nil)
			if got := owner.Got(); len(got) != 1 {
				t.Errorf("%s: messages %v, want the link's alone", what, got)
			}
		}
	}},
	{ID: "TSK-005", Standing: conformance.Changed, Why: "Await returns ErrTimeout, and the caller decides: if it ends with that, the linked task dies with it.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		var tk *task.Task[int]
		var err error
		owner.Do(func(c *process.Context) {
			tk = task.Async(c, forever)
			taking(t, 5*time.Second, func() { _, err = tk.Await(c) })
		})
		if !errors.Is(err, task.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Await: %v", err)
		}
		fate := w.Watch(tk.PID())
		fate.Want(nil)
		owner.Exit(err)
		fate.Want(err)
	}},
	{ID: "TSK-006", Standing: conformance.Changed, Why: "The late result does not reach the caller's mailbox, but waits in the Task, which may be awaited again.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		tk := async(owner, deaf(time.Minute))
		owner.Do(func(c *process.Context) {
			ctx, cancel := context.WithTimeout(c, time.Second)
			defer cancel()
			if _, err := tk.Await(ctx); !errors.Is(err, task.ErrTimeout) {
				t.Errorf("Await: %v", err)
			}
		})
		fate := w.Watch(tk.PID())
		fate.Want(nil)
		time.Sleep(2 * time.Minute)
		fate.Want(process.Normal)
		owner.WantNothing()
		owner.Do(func(c *process.Context) {
			v, err := tk.Await(c)
			wantInt(t, "Await again", v, err, 7)
		})
	}},
	{ID: "TSK-007", Standing: conformance.Changed, Why: "ErrNotOwner, with both processes, is returned. Of a plain goroutine Go cannot tell on whose behalf it waits, so it may; and Ignore, which takes no context, is for anybody.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner, other := w.Puppet(), w.Puppet()
		tk := async(owner, forever)
		other.Do(func(c *process.Context) {
			_, err1 := tk.Await(c)
			_, _, err2 := tk.Yield(c, time.Second)
			_, _, err3 := tk.Shutdown(c, time.Second)
			_, err4 := task.AwaitAll(c, task.Completed(1), tk)
			_, err5 := task.YieldMany(c, time.Second, []*task.Task[int]{tk})
			for i, err := range []error{err1, err2, err3, err4, err5} {
				if !errors.Is(err, task.ErrNotOwner) {
					t.Errorf("%d: %v", i, err)
				}
			}
			if want := fmt.Sprintf("not the owner of the task: %v started task %v, %v did not", owner.PID, tk.PID(), other.PID); err1.Error() != want {
				t.Errorf("%v, want %s", err1, want)
			}
		})
		w.Watch(tk.PID()).Want(nil)
		if _, done, err := tk.Yield(w.Ctx, time.Second); done || err != nil {
			t.Errorf("a plain goroutine's Yield: %v, %v", done, err)
		}
	}},
	{ID: "TSK-009", Standing: conformance.Changed, Why: "There is no default: how long to wait is an argument.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Trapping()
		owner.Do(func(c *process.Context) {
			good, bad, late := task.Async(c, one), task.Async(c, boom), task.Async(c, deaf(7*time.Second))
			v, done, err := good.Yield(c, time.Second)
			if wantInt(t, "a result", v, err, 1); !done {
				t.Error("not done")
			}
			_, done, err = bad.Yield(c, time.Second)
			if wantExit(t, "a crash", err, errBoom); !done {
				t.Error("not done")
			}
			taking(t, 5*time.Second, func() {
				if _, done, err := late.Yield(c, 5*time.Second); done || err != nil {
					t.Errorf("nothing yet: %v, %v", done, err)
				}
			})
			taking(t, 2*time.Second, func() {
				v, err := late.Await(c)
				wantInt(t, "after that", v, err, 7)
			})
		})
	}},
	{ID: "TSK-010", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		for i, end := range []func(c *process.Context, tk *task.Task[int]) (int, bool, error){
			func(c *process.Context, tk *task.Task[int]) (int, bool, error) { return tk.Yield(c, 0) },
			func(c *process.Context, tk *task.Task[int]) (int, bool, error) { return tk.Shutdown(c, time.Second) },
		} {
			owner := w.Puppet()
			tk := noLink(owner, sup, one)
			<-tk.Done() // the result is there, and its process may still be
			process.Exit(w.Ctx, tk.PID(), process.Kill)
			owner.Do(func(c *process.Context) {
				v, done, err := end(c, tk)
				if wantInt(t, "the result", v, err, 1); !done {
					t.Errorf("%d: not done", i)
				}
			})
			owner.WantNothing()
		}
	}},
	{ID: "TSK-012", Standing: conformance.Changed, Why: "There is no default: how long the task may take to end is an argument.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Trapping()
		good, late := async(owner, one), async(owner, forever)
		owner.Got()
		owner.Do(func(c *process.Context) {
			v, done, err := good.Shutdown(c, time.Second)
			if wantInt(t, "a result", v, err, 1); !done {
				t.Error("not done")
			}
			taking(t, 0, func() {
				if _, done, err := late.Shutdown(c, time.Second); done || err != nil || late.PID().Alive() {
					t.Errorf("one that runs: %v, %v, alive %v", done, err, late.PID().Alive())
				}
			})
		})
		owner.WantNothing()
	}},
	{ID: "TSK-013", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		tk := async(owner, func(ctx context.Context) (int, error) {
			c, _ := process.ContextOf(ctx)
			c.TrapExit(true)
			msg, err := process.Receive(c)
			if exited, ok := msg.(process.Exited); !ok || exited.Reason != process.Shutdown {
				t.Errorf("got %v, %v", msg, err)
			}
			return 5, nil
		})
		owner.Do(func(c *process.Context) {
			v, done, err := tk.Shutdown(c, time.Second)
			if wantInt(t, "Shutdown", v, err, 5); !done {
				t.Error("not done")
			}
		})
		owner.Want(nil)
	}},
	{ID: "TSK-014", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		a, b := async(owner, deaf(time.Minute)), async(owner, deaf(time.Minute))
		owner.Do(func(c *process.Context) {
			taking(t, time.Millisecond, func() {
				_, done, err := a.Shutdown(c, time.Millisecond)
				if wantExit(t, "Shutdown", err, process.Killed); !done {
					t.Error("not done")
				}
			})
			taking(t, 0, func() {
				if _, done, err := b.Shutdown(c, supervisor.BrutalKill); done || err != nil || b.PID().Alive() {
					t.Errorf("a brutal kill: %v, %v", done, err)
				}
			})
		})
		owner.Want(nil)
		owner.WantNothing()
		time.Sleep(2 * time.Minute) // what was abandoned returns
		if n := w.Node.Abandoned(); n != 0 {
			t.Errorf("%d abandoned", n)
		}
		if _, _, err := a.Yield(w.Ctx, 0); !errors.Is(err, process.Killed) {
			t.Errorf("the function's late return counts: %v", err)
		}
	}},
	{ID: "TSK-016", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Trapping()
		good, bad := async(owner, one), async(owner, boom)
		late := async(owner, func(ctx context.Context) (int, error) { time.Sleep(time.Second); panic("late") })
		owner.Do(func(c *process.Context) { late.Notify(c) })
		owner.Got()
		v, done, err := good.Ignore()
		if wantInt(t, "a result", v, err, 1); !done {
			t.Error("not done")
		}
		_, done, err = bad.Ignore()
		if wantExit(t, "a crash", err, errBoom); !done {
			t.Error("not done")
		}
		if _, done, err := late.Ignore(); done || err != nil {
			t.Errorf("one that runs: %v, %v", done, err)
		}
		time.Sleep(time.Minute)
		owner.WantNothing()
		if late.PID().Alive() {
			t.Error("the ignored task lives")
		}
	}},
	{ID: "TSK-017", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		tk := task.Completed(4)
		v, err := tk.Await(w.Ctx)
		wantInt(t, "Await", v, err, 4)
		if !tk.PID().IsZero() {
			t.Errorf("it has a process: %v", tk.PID())
		}
		v, done, err := tk.Shutdown(w.Ctx, time.Second)
		if wantInt(t, "Shutdown", v, err, 4); !done {
			t.Error("not done")
		}
	}},
	{ID: "TSK-018", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, reason := range []error{process.Normal, process.Shutdown, errBoom} {
			owner := w.Puppet()
			tk := async(owner, forever)
			fate := w.Watch(tk.PID())
			owner.Exit(reason)
			if reason == process.Normal {
				fate.Want(nil)
				process.Exit(w.Ctx, tk.PID(), process.Kill)
				continue
			}
			fate.Want(reason)
		}
	}},
	{ID: "TSK-019", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		var runs atomic.Int32
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{
			task.Child("once", func(context.Context) error { runs.Add(1); return errBoom }),
		}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(w.Ctx, sup)
		synctest.Wait()
		if counts, err := supervisor.CountChildren(w.Ctx, sup); runs.Load() != 1 || counts.Specs != 0 || err != nil {
			t.Errorf("%d runs, %+v, %v", runs.Load(), counts, err)
		}
	}},
	{ID: "TSK-020", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		starter := w.Trapping()
		var free, linked process.PID
		var ran atomic.Int32
		work := func(ctx context.Context) error { time.Sleep(time.Second); ran.Add(1); return nil }
		starter.Do(func(c *process.Context) {
			free, _ = task.Start(c, work)
			linked, _ = task.StartLink(c, work)
		})
		if links := w.Links(starter.PID); !slices.Equal(links, []process.PID{linked}) {
			t.Errorf("links %v, want %v", links, linked)
		}
		time.Sleep(time.Minute)
		if n := ran.Load(); n != 2 || free.Alive() {
			t.Errorf("%d ran", n)
		}
		starter.WantExited(linked, process.Normal) // the link's, as in OTP
	}},
	{ID: "TSK-021", Standing: conformance.Changed, Why: "Callers(ctx) gives the chain to the task's code; it ends at a process that is no task, whose own callers nobody notes.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		sup := startSup(w)
		var inner, outer []process.PID
		var outerPID, parent process.PID
		owner.Do(func(c *process.Context) {
			_, err := task.Async(c, func(ctx context.Context) (int, error) {
				outerPID, _ = process.SelfOf(ctx)
				outer = task.Callers(ctx)
				tk, err := task.AsyncIn(ctx, sup, func(ctx context.Context) (int, error) {
					inner = task.Callers(ctx)
					self, _ := process.ContextOf(ctx)
					parent = self.Parent()
					return 0, nil
				})
				if err != nil {
					return 0, err
				}
				return tk.Await(ctx)
			}).Await(c)
			if err != nil {
				t.Error(err)
			}
		})
		if !slices.Equal(outer, []process.PID{owner.PID}) || !slices.Equal(inner, []process.PID{outerPID, owner.PID}) {
			t.Errorf("callers %v and %v; want %v and before it %v", outer, inner, owner.PID, outerPID)
		}
		if want := w.Resolve(sup.Dest()); parent != want {
			t.Errorf("the parent is %v, the supervisor %v", parent, want)
		}
	}},
}

// startSup starts a supervisor for tasks.
func startSup(w *proctest.World, opts ...dynsupervisor.Option) dynsupervisor.Ref {
	w.T.Helper()
	child := task.Supervisor("tasks", opts...)
	root, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}))
	if err != nil {
		w.T.Fatal(err)
	}
	w.KillAtEnd(w.Resolve(root.Dest()))
	return child.Ref()
}
