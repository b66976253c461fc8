package testkit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

// worker is a server that does what it is told and notes how it ends.
type worker struct{ end func(reason error) }

type work struct {
	genserver.CallTo[*worker, int]
	f func(c *genserver.Context)
}

func workerChild(id string, end func(error), opts ...genserver.Option) supervisor.Child[genserver.Ref[*worker]] {
	return supervisor.Server(id, func() *worker { return &worker{end: end} }, opts...)
}

func (s *worker) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *worker) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case work:
		req.f(c)
		return req.Reply(from, 0)
	}
	return c.Unhandled(req)
}

func (s *worker) Terminate(_ *genserver.Context, reason error) {
	if s.end != nil {
		s.end(reason)
	}
}

// do has a worker run f.
func do(t *testkit.T, w genserver.Ref[*worker], f func(c *genserver.Context)) {
	t.Helper()
	if _, err := genserver.Call(t.Context(), w, work{f: f}); err != nil {
		t.Fatalf("call: %v", err)
	}
}

// occupy has a worker run code that returns when the function returned is called.
func occupy(t *testkit.T, w genserver.Ref[*worker]) (free func()) {
	busy, release := make(chan struct{}), make(chan struct{})
	go genserver.Call(t.Context(), w, work{f: func(*genserver.Context) {
		close(busy)
		<-release
	}})
	<-busy
	return func() { close(release) }
}

// Children stop in reverse when the test ends, after its own Cleanup functions and with a context that has ended.
func TestOrderOfEnd(t *testing.T) {
	both(t, func(t *testing.T) {
		var order []string
		var own context.Context
		wantNone(t, func(t *testkit.T) {
			t.NoLeaks()
			own = t.Context()
			for _, id := range []string{"first", "second", "third"} {
				w := testkit.Start(t, workerChild(id, func(error) { order = append(order, id) }))
				do(t, w, func(c *genserver.Context) { c.TrapExit(true) })
			}
			t.Cleanup(func() {
				order = append(order, "cleanup")
				if t.Context().Err() == nil {
					order = append(order, "before the context")
				}
			})
		})
		if got := strings.Join(order, " "); got != "cleanup third second first" {
			t.Errorf("order %q", got)
		}
		if own.Err() == nil {
			t.Error("the context has not ended")
		}
	})
}

// Each test has a node of its own, whose log is the test's.
func TestNode(t *testing.T) {
	both(t, func(t *testing.T) {
		var one, other *process.Node
		failures, log := fakeTest(t, func(t *testkit.T) {
			one = t.Node()
			w := testkit.Start(t, workerChild("w", nil, genserver.WithName("name")))
			if pid, ok := process.WhereIs(t.Context(), "name"); !ok || pid.Node() != t.Name() {
				t.Errorf("the name is %v's", pid)
			}
			t.Crash(w.Dest())
		})
		if len(failures) > 0 || !strings.Contains(log, testkit.ErrCrash.Error()) {
			t.Errorf("failures %q, log %q", failures, log)
		}
		wantNone(t, func(t *testkit.T) {
			other = t.Node()
			if pid, ok := process.WhereIs(t.Context(), "name"); ok {
				t.Errorf("the name is %v's", pid)
			}
		})
		if one == other {
			t.Error("two tests have one node")
		}
	})
}

func TestStartFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) {
			testkit.Start(t, supervisor.Opened("db", func(context.Context) (int, error) { return 0, errors.New("no such host") },
				func(context.Context, int) error { return nil }))
		}, `"db"`, "no such host")
		wantFailure(t, func(t *testkit.T) {
			testkit.Start(t, workerChild("same", nil))
			testkit.Start(t, workerChild("same", nil))
		}, `"same"`)
	})
}

func TestStop(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			for range 2 { // the id is free again
				w := testkit.Start(t, workerChild("w", nil))
				fate := t.Watch(w.Dest())
				t.Stop("w")
				fate.Expect(process.Shutdown)
			}
			testkit.Start(t, workerChild("brief", nil).Restart(supervisor.Temporary))
			t.Stop("brief")
		})
		wantFailure(t, func(t *testkit.T) { t.Stop("nobody") }, `"nobody"`)
	})
}

// A child that crashes all the time ends the test's supervisor, and that fails the test.
func TestSupervisorGivesUp(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		failures, _ := fakeTest(t, func(t *testkit.T) {
			fate := t.Watch(t.Supervisor().Dest())
			testkit.Start(t, supervisor.Func("loop", func(context.Context) error { return errors.New("boom") }))
			fate.Expect(process.Shutdown)
		})
		if len(failures) != 1 || !strings.Contains(failures[0], "supervisor ended") || !strings.Contains(failures[0], "boom") {
			t.Errorf("failures %q", failures)
		}
	})
}

// A crash is one for the supervisor, and Terminate hears of it; when Crash returns the name is free or the next one's.
func TestCrash(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			ends := make(chan error, 10)
			w := testkit.Start(t, workerChild("w", func(reason error) { ends <- reason }, genserver.WithName("w")))
			fate := t.Watch(w.Dest())
			mine := errors.New("mine")
			old := t.CrashWith(w.Dest(), mine)
			if pid, _ := process.WhereIs(t.Context(), "w"); pid == old || old.Alive() || old != fate.PID() {
				t.Errorf("%v crashed, watched %v, %v has the name", old, fate.PID(), pid)
			}
			fate.Expect(mine)
			if got := <-ends; got != mine {
				t.Errorf("Terminate got %v", got)
			}
			now := t.AwaitRestart(process.Name("w"), old)
			if again := t.AwaitRestart(w.Dest(), old); again != now {
				t.Errorf("the reference leads to %v, the name to %v", again, now)
			}
			do(t, w, func(c *genserver.Context) { c.TrapExit(true) })
			fate = t.Watch(w.Dest())
			t.Crash(w.Dest()) // also what traps exits
			fate.Expect(testkit.ErrCrash)
		})
	})
}

// What is no genserver crashes by an exit signal, a tree as its supervisor does.
func TestCrashOthers(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			t.NoLeaks()
			f := testkit.Start(t, supervisor.Func("f", func(ctx context.Context) error { <-ctx.Done(); return nil }))
			fate := t.Watch(f)
			t.AwaitRestart(f, t.Crash(f))
			fate.Expect(testkit.ErrCrash)

			w := workerChild("w", nil)
			tree := testkit.Start(t, supervisor.Supervisor("tree", supervisor.OneForAll, []supervisor.Spec{w}))
			fate = t.Watch(w.Ref().Dest())
			t.AwaitRestart(tree.Dest(), t.Crash(tree.Dest()))
			fate.Expect(process.Shutdown)
			t.AwaitRestart(w.Ref().Dest(), fate.PID())
		})
	})
}

func TestCrashFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) { t.Crash(process.Name("nobody")) }, "nobody", "no process")
		wantFailure(t, func(t *testkit.T) {
			trapping := testkit.NewProbe(t)
			t.Within(10 * time.Millisecond).Crash(trapping)
		}, "traps exits", "10ms")
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil))
			defer occupy(t, w)()
			t.Within(10 * time.Millisecond).Crash(w.Dest())
		}, "*testkit_test.worker", "still running")
	})
}

// Kill does not wait for code that runs; NoLeaks does.
func TestKillBusy(t *testing.T) {
	both(t, func(t *testing.T) {
		var free func()
		wantNone(t, func(t *testkit.T) {
			t.NoLeaks()
			w := testkit.Start(t, workerChild("w", nil))
			free = occupy(t, w)
			fate := t.Watch(w.Dest())
			old := t.Kill(w.Dest())
			fate.Expect(process.Killed)
			t.AwaitRestart(w.Dest(), old)
			free()
		})
		wantFailure(t, func(t *testkit.T) {
			t.Within(10 * time.Millisecond).NoLeaks()
			w := testkit.Start(t, workerChild("w", nil))
			free = occupy(t, w)
			t.Kill(w.Dest())
		}, "1 processes", "still running")
		free()
	})
}

func TestAwaitRestartFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil).Restart(supervisor.Temporary))
			t.Within(10*time.Millisecond).AwaitRestart(w.Dest(), t.Crash(w.Dest()))
		}, "w was not restarted", "no process")
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil))
			t.Within(10*time.Millisecond).AwaitRestart(w.Dest(), t.Watch(w.Dest()).PID())
		}, "w ", "was not restarted", "is alive")
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil))
			old := t.Crash(w.Dest())
			t.AwaitRestart(old, old)
		}, "one incarnation")
	})
}

func TestFateFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) { t.Watch(process.Name("nobody")) }, "nobody", "no process")
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil, genserver.WithName("named")))
			fate := t.Within(10 * time.Millisecond).Watch(w.Dest())
			fate.ExpectAlive()
			fate.Expect(process.Shutdown)
		}, `"named"`, "*testkit_test.worker", "alive after 10ms")
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil))
			fate := t.Watch(w.Dest())
			t.Crash(w.Dest())
			fate.Expect(process.Shutdown)
		}, "ended with crashed on purpose", "expected shutdown")
		wantFailure(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil))
			fate := t.Watch(w.Dest())
			t.Kill(w.Dest())
			fate.ExpectAlive()
		}, "ended with killed", "expected it to live")
	})
}

// The helpers work in a Cleanup function, when the test's context has ended.
func TestInCleanup(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			w := testkit.Start(t, workerChild("w", nil))
			probe := testkit.NewProbe(t)
			t.Cleanup(func() {
				fate := t.Watch(w.Dest())
				t.AwaitRestart(w.Dest(), t.Crash(w.Dest()))
				fate.Expect(testkit.ErrCrash)
				probe.Monitor(process.Name("nobody"))
				testkit.Expect[process.Down](probe)
				t.Stop("w")
			})
		})
	})
}
