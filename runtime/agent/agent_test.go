package agent_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// A restarted agent begins with a new value, behind the same reference.
func TestChildRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		made := 0
		child := agent.Child("numbers", func() int { made++; return made * 100 })
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(w.Ctx, sup)
		a := child.Ref()
		if err := agent.Update(w.Ctx, a, inc); err != nil {
			t.Fatal(err)
		}
		want(w, a, 101)
		err = agent.Update(w.Ctx, a, func(int) int { panic("crash") })
		var crash *process.PanicError
		if !errors.As(err, &crash) || crash.Value != "crash" {
			t.Errorf("Update: %v, want the panic", err)
		}
		synctest.Wait()
		want(w, a, 200)
	})
}

func TestChildWithoutInit(t *testing.T) {
	w := proctest.New(t)
	_, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{agent.Child[int]("a", nil)}))
	var spec *supervisor.SpecError
	if !errors.As(err, &spec) || spec.Problem != supervisor.MissingStart {
		t.Errorf("Start: %v", err)
	}
	if _, err := agent.Start[int](w.Ctx, nil); err == nil {
		t.Error("Start without init succeeded")
	}
}

// A kill while a function runs fails all who wait, at once; the reference finds the next incarnation.
func TestKilledWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		a, fate := start(w)
		var callers sync.WaitGroup
		for range 5 {
			callers.Go(func() {
				if _, err := agent.Get(w.Ctx, a, func(int) int { time.Sleep(time.Second); return 0 }); !errors.Is(err, process.Killed) {
					t.Errorf("Get: %v", err)
				}
			})
		}
		synctest.Wait()
		begun := time.Now()
		process.Exit(w.Ctx, fate.PID, process.Kill)
		callers.Wait()
		if d := time.Since(begun); d != 0 {
			t.Errorf("they learned of it after %v", d)
		}
		time.Sleep(2 * time.Second) // the abandoned function ends
		if n := w.Node.Abandoned(); n != 0 {
			t.Errorf("%d abandoned", n)
		}
	})
}

// The context of Do ends when the agent is asked to stop.
func TestDoIsAskedToStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		child := agent.Child("slow", func() int { return 0 })
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}))
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := agent.Do(w.Ctx, child.Ref(), func(ctx context.Context, n int) (int, int) {
				<-ctx.Done()
				return n, n
			})
			done <- err
		}()
		synctest.Wait()
		begun := time.Now()
		if err := supervisor.Stop(w.Ctx, sup); err != nil {
			t.Error(err)
		}
		if d := time.Since(begun); d != 0 {
			t.Errorf("the stop took %v", d)
		}
		<-done // answered or not, but not left waiting
	})
}

// Two agents that call each other through Do: one of the calls fails at once.
func TestCircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		a, _ := start(w)
		b, _ := start(w)
		begun := time.Now()
		//nolint:staticcheck // ST1008: what is answered is an error
		back := func(ctx context.Context, n int) (error, int) { return agent.Update(ctx, a, inc), n }
		//nolint:staticcheck // ST1008
		there := func(ctx context.Context, n int) (error, int) {
			inner, err := agent.Do(ctx, b, back)
			return errors.Join(inner, err), n
		}
		inner, err := agent.Do(w.Ctx, a, there)
		var circle *genserver.DeadlockError
		if !errors.As(inner, &circle) || err != nil {
			t.Errorf("inner %v, outer %v", inner, err)
		}
		if d := time.Since(begun); d > time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

// A Goexit in a function, as of a test's FailNow, is a crash like any other.
func TestGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		a, fate := start(w)
		_, err := agent.Get(w.Ctx, a, func(int) int { runtime.Goexit(); return 0 })
		var exit *process.GoexitError
		if !errors.As(err, &exit) {
			t.Errorf("Get: %v", err)
		}
		if fate.Reason() == nil {
			t.Error("the agent lives")
		}
	})
}

// A process that starts an agent with a link dies with it, and it with the process.
func TestStartLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		parent := w.Puppet()
		var a agent.Ref[string]
		parent.Do(func(c *process.Context) {
			var err error
			if a, err = agent.StartLink(c, func() string { return "" }); err != nil {
				t.Error(err)
			}
		})
		fate := w.Watch(w.Resolve(a.Dest()))
		parent.Exit(process.Shutdown)
		fate.Want(process.Shutdown)
	})
}

// Calls of all kinds from many goroutines, while the agent crashes and is restarted: each update that was acknowledged by an
// incarnation is in what that incarnation keeps.
func TestConcurrentUse(t *testing.T) {
	w := proctest.New(t)
	type kept struct{ incarnation, n int }
	incarnations := 0
	child := agent.Child("kept", func() kept { incarnations++; return kept{incarnation: incarnations} })
	sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}, supervisor.Intensity(1000, time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Stop(w.Ctx, sup)
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			seen := kept{}
			for round := range 200 {
				if i == 0 && round%20 == 0 {
					agent.Cast(w.Ctx, child.Ref(), func(kept) kept { panic("on purpose") })
				}
				now, err := agent.GetAndUpdate(w.Ctx, child.Ref(), func(k kept) (kept, kept) {
					k.n++
					return k, k
				})
				switch {
				case err != nil: // between two incarnations, or over a crash
				case now.incarnation < seen.incarnation, now.incarnation == seen.incarnation && now.n <= seen.n:
					t.Errorf("%+v after %+v", now, seen)
				default:
					seen = now
				}
			}
		})
	}
	callers.Wait()
}
