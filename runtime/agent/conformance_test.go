package agent_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// TestConformance runs the AGT cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) { conformance.Run(t, "AGT", cases) }

// start starts an agent that keeps a number, 0 at first.
func start(w *proctest.World, opts ...genserver.Option) (agent.Ref[int], *proctest.Fate) {
	w.T.Helper()
	a, err := agent.Start(w.Ctx, func() int { return 0 }, opts...)
	if err != nil {
		w.T.Fatalf("Start: %v", err)
	}
	pid := w.Resolve(a.Dest())
	w.KillAtEnd(pid)
	return a, w.Watch(pid)
}

func same(n int) int { return n }
func inc(n int) int  { return n + 1 }

// want checks what an agent keeps.
func want(w *proctest.World, a agent.Ref[int], n int) {
	w.T.Helper()
	if got, err := agent.Get(w.Ctx, a, same); got != n || err != nil {
		w.T.Errorf("the agent keeps %d, %v; want %d", got, err, n)
	}
}

var cases = []conformance.Case{
	{ID: "AGT-001", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, fate := start(w)
		self, err := agent.Do(w.Ctx, a, func(ctx context.Context, n int) (process.PID, int) {
			self, _ := process.SelfOf(ctx)
			return self, n
		})
		if self != fate.PID || err != nil {
			t.Errorf("Do ran in %v, %v; the agent is %v", self, err, fate.PID)
		}
		busy := func() bool { // while the function runs it is the agent whose code runs
			info, _ := process.InfoOf(w.Ctx, fate.PID)
			return info.Busy
		}
		if in, err := agent.Get(w.Ctx, a, func(int) bool { return busy() }); !in || err != nil {
			t.Errorf("Get ran elsewhere: %v, %v", in, err)
		}
		if err := agent.Update(w.Ctx, a, func(n int) int {
			if !busy() {
				t.Error("Update ran elsewhere")
			}
			return n
		}); err != nil {
			t.Error(err)
		}
	}},
	{ID: "AGT-002", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, _ := start(w)
		var callers sync.WaitGroup
		for range 50 {
			callers.Go(func() {
				if err := agent.Update(w.Ctx, a, func(n int) int {
					time.Sleep(time.Millisecond) // others come meanwhile
					return n + 1
				}); err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
		want(w, a, 50)
	}},
	{ID: "AGT-004", Standing: conformance.NotApplicable, Why: "The function returns two values; anything else does not compile."},
	{ID: "AGT-006", Standing: conformance.Changed, Why: "With the context that Do gives its function the call fails at once with ErrCallingSelf, which the function gets and the agent survives; a function that panics with it ends the agent. Functions without a context call with their caller's, and wait until its time is over.", Test: func(t *testing.T) {
		w := proctest.New(t)
		a, fate := start(w)
		begun := time.Now()
		//nolint:staticcheck // ST1008: what is answered is an error
		inner, err := agent.Do(w.Ctx, a, func(ctx context.Context, n int) (error, int) {
			return agent.Update(ctx, a, inc), n
		})
		if !errors.Is(inner, genserver.ErrCallingSelf) || err != nil {
			t.Errorf("a call from inside: %v, the call that it was in: %v", inner, err)
		}
		if d := time.Since(begun); d != 0 {
			t.Errorf("it took %v", d)
		}
		fate.Want(nil)
		want(w, a, 0)

		// The caller's context does not tell who calls.
		inner = nil
		soon, cancel := context.WithTimeout(w.Ctx, time.Second)
		defer cancel()
		_, err = agent.Get(soon, a, func(int) int {
			inner = agent.Update(w.Ctx, a, inc)
			return 0
		})
		if !errors.Is(err, genserver.ErrTimeout) {
			t.Errorf("Get: %v", err)
		}
		fate.Want(nil)
		want(w, a, 1) // a call that timed out is still executed
		if !errors.Is(inner, genserver.ErrTimeout) {
			t.Errorf("a call from inside: %v", inner)
		}

		_, err = agent.Do(w.Ctx, a, func(ctx context.Context, n int) (int, int) {
			panic(agent.Update(ctx, a, inc))
		})
		if !errors.Is(err, genserver.ErrCallingSelf) {
			t.Errorf("a function that panics: %v", err)
		}
		if reason := fate.Reason(); !errors.Is(reason, genserver.ErrCallingSelf) {
			t.Errorf("the agent ended with %v", reason)
		}
	}},
	{ID: "AGT-007", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		_, err := agent.Start(w.Ctx, func() int { panic("no value") })
		var crash *process.PanicError
		if !errors.As(err, &crash) || crash.Value != "no value" {
			t.Errorf("init panics: %v", err)
		}
		begun := time.Now()
		_, err = agent.Start(w.Ctx, func() int { time.Sleep(time.Second); return 0 }, genserver.StartTimeout(100*time.Millisecond))
		if d := time.Since(begun); !errors.Is(err, genserver.ErrTimeout) || d != 100*time.Millisecond {
			t.Errorf("init takes long: %v after %v", err, d)
		}
		a, _ := start(w)
		begun = time.Now()
		_, err = agent.Get(w.Ctx, a, func(int) int { time.Sleep(time.Minute); return 0 })
		if d := time.Since(begun); !errors.Is(err, genserver.ErrTimeout) || d != 5*time.Second {
			t.Errorf("a call without a deadline: %v after %v", err, d)
		}
		time.Sleep(time.Minute) // what was abandoned ends
	}},
	{ID: "AGT-008", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		a, fate := start(w, genserver.WithName("kept"))
		for range 3 {
			agent.Cast(w.Ctx, a, inc)
		}
		want(w, a, 3)
		agent.Cast(w.Ctx, a, inc)
		if err := agent.Stop(w.Ctx, a); err != nil {
			t.Errorf("Stop: %v", err)
		}
		if pid, taken := process.WhereIs(w.Ctx, "kept"); taken {
			t.Errorf("the name belongs to %v", pid)
		}
		fate.Want(process.Normal)
		if err := agent.Stop(w.Ctx, a); !errors.Is(err, process.NoProc) {
			t.Errorf("Stop of a dead agent: %v", err)
		}
	}},
	{ID: "AGT-009", Standing: conformance.NotApplicable, Why: "A running program's code is not replaced, so there is no old state to convert."},
}
