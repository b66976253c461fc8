package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// bubble runs a test in an environment of its own, in virtual time.
func bubble(t *testing.T, test func(e *env)) {
	t.Helper()
	synctest.Test(t, inEnv(test))
}

func TestRefSurvivesRestarts(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		_, err := a.Ref().Dest().Resolve(e.Node)
		wantErr(t, "before the start", err, process.NoProc)
		sup := e.start(one, specs(a))
		first := e.Resolve(a.Ref().Dest())
		e.crash(a.Ref())
		second := e.Resolve(a.Ref().Dest())
		if first == second || first.Alive() || !second.Alive() {
			t.Errorf("first incarnation %v, second %v", first, second)
		}
		wantErr(t, "the old incarnation", genserver.TryCast(e.Ctx, genserver.RefTo[*worker](first), stopWith{reason: errBoom}), process.NoProc)
		wantErr(t, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
		_, err = a.Ref().Dest().Resolve(e.Node)
		wantErr(t, "while stopped", err, process.NoProc)
	})
}

func TestBuildersShareTheChild(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		b := a.ID("b").Restart(supervisor.Temporary)
		if a.Ref() != b.Ref() {
			t.Error("a copy with other settings has another reference")
		}
		e.start(one, specs(b))
		if !e.Resolve(a.Ref().Dest()).Alive() {
			t.Error("the original's reference does not reach the copy's process")
		}
	})
}

func TestOneChildRunsOnce(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		e.refused("b", supervisor.DuplicateChild, one, specs(a, a.ID("b")))
		first := e.start(one, specs(a))
		second := e.start(one, nil)
		_, err := supervisor.StartChild(e.Ctx, second, a)
		wantErr(t, "start under another supervisor", err, supervisor.ErrInUse)
		_, err = supervisor.StartChild(e.Ctx, first, a.ID("again"))
		wantErr(t, "start under another id", err, supervisor.ErrInUse)
		wantErr(t, "terminate", supervisor.TerminateChild(e.Ctx, first, "a"), nil)
		_, err = supervisor.StartChild(e.Ctx, second, a)
		wantErr(t, "start of a stopped child elsewhere", err, nil)
		wantErr(t, "restart of a child that has moved", supervisor.RestartChild(e.Ctx, first, "a"), supervisor.ErrInUse)

		root := supervisor.Supervisor("root", one, nil)
		sup, err := supervisor.Start(e.Ctx, root)
		wantErr(t, "start", err, nil)
		_, err = supervisor.Start(e.Ctx, root)
		wantErr(t, "second start of a root", err, supervisor.ErrInUse)
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
		sup, err = supervisor.Start(e.Ctx, root)
		wantErr(t, "start after the stop", err, nil)
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
	})
}

func TestOneStartAtATime(t *testing.T) {
	bubble(t, func(e *env) {
		root := supervisor.Supervisor("root", one, specs(e.worker("a", startTakes(time.Second))))
		first := make(chan error, 1)
		go func() {
			_, err := supervisor.Start(e.Ctx, root)
			first <- err
		}()
		synctest.Wait()
		_, err := supervisor.Start(e.Ctx, root)
		wantErr(t, "start beside a start", err, supervisor.ErrInUse)
		wantErr(t, "start", <-first, nil)
		e.treeOf(root.Ref()).wantStates("a:running")
	})
}

// A killed supervisor's children may still be busy ending when its successor starts them.
func TestSuccessorTakesTheChildrenOver(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a", stopTakes(time.Second))
		inner := supervisor.Supervisor("inner", one, specs(a))
		sup := e.start(one, specs(inner))
		e.take()
		old := e.Resolve(a.Ref().Dest())
		process.Exit(e.Ctx, e.Resolve(inner.Ref().Dest()), process.Kill)
		e.wantInAnyOrder("-a(killed)", "+a")
		if !old.Alive() {
			t.Error("the old incarnation did not take its time")
		}
		if now := e.Resolve(a.Ref().Dest()); now == old {
			t.Error("the reference reaches the old incarnation")
		}
		time.Sleep(2 * time.Second)
		sup.wantStates("inner:running")
		if !e.Resolve(a.Ref().Dest()).Alive() {
			t.Error("the end of the old incarnation took the new one along")
		}
	})
}

// That goes for what is further down too: there the supervisor is still alive, and busy ending.
func TestSuccessorTakesTheGrandchildrenOver(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a", stopTakes(time.Second))
		inner := supervisor.Supervisor("inner", one, specs(a))
		middle := supervisor.Supervisor("middle", one, specs(inner))
		sup := e.start(one, specs(middle))
		e.take()
		old := e.Resolve(a.Ref().Dest())
		process.Exit(e.Ctx, e.Resolve(middle.Ref().Dest()), process.Kill)
		e.wantInAnyOrder("-a(shutdown)", "+a")
		if now := e.Resolve(a.Ref().Dest()); !old.Alive() || now == old {
			t.Errorf("the reference reaches %v, the old incarnation was %v", now, old)
		}
		time.Sleep(2 * time.Second)
		sup.wantStates("middle:running")
		if !e.Resolve(a.Ref().Dest()).Alive() {
			t.Error("the end of the old incarnation took the new one along")
		}
	})
}

func TestMap(t *testing.T) {
	bubble(t, func(e *env) {
		type client struct{ workerRef }
		calls := 0
		a := supervisor.Map(e.worker("a"), func(r workerRef) client { calls++; return client{r} })
		sup := e.start(one, nil)
		got, err := supervisor.StartChild(e.Ctx, sup, a.Shutdown(time.Second))
		if err != nil || got != a.Ref() || calls != 1 {
			t.Errorf("reference %v (%v) after %d calls of f, want %v", got, err, calls, a.Ref())
		}
		sup.wantSpec(supervisor.SpecInfo{ID: "a", Restart: supervisor.Permanent, Shutdown: time.Second, Type: supervisor.Worker})
	})
}

func TestRootMustBeASupervisor(t *testing.T) {
	bubble(t, func(e *env) {
		_, err := supervisor.Start(e.Ctx, supervisor.Child[supervisor.Ref]{})
		e.wantProblem(err, "", supervisor.MissingStart)
		_, err = supervisor.Start(e.Ctx, supervisor.Map(e.worker("a"), func(workerRef) supervisor.Ref { return supervisor.Ref{} }))
		e.wantProblem(err, "a", supervisor.NotSupervisor)
	})
}

func TestFlags(t *testing.T) {
	bubble(t, func(e *env) {
		e.refused("sup", supervisor.InvalidIntensity, one, nil, supervisor.Intensity(-1, time.Second))
		e.refused("sup", supervisor.InvalidIntensity, one, nil, supervisor.Intensity(1, 0))
		e.refused("sup", supervisor.InvalidAutoShutdown, one, nil, supervisor.AutoShutdown(7))
		sup := e.start(one, nil, supervisor.Named("root"))
		if pid, _ := process.WhereIs(e.Ctx, "root"); pid != sup.pid {
			t.Errorf("root is %v, want %v", pid, sup.pid)
		}
		_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, specs(e.worker("a")), supervisor.Named("root")))
		var already *process.AlreadyStarted
		if !errors.As(err, &already) || already.PID != sup.pid {
			t.Errorf("second root: %v", err)
		}
		e.want("")
	})
}

// A child that sends its supervisor an exit signal has not ended; OTP starts a second one.
func TestExitSignalOfALiveChild(t *testing.T) {
	bubble(t, func(e *env) {
		impostor := supervisor.Func("impostor", untilDone)
		sup := e.start(one, specs(impostor))
		before := sup.child("impostor")
		got := make(chan struct{})
		_, err := supervisor.StartChild(e.Ctx, sup, supervisor.Server("a", func() *exiter { return &exiter{got} }))
		wantErr(t, "start", err, nil)
		genserver.Cast(e.Ctx, genserver.RefTo[*exiter](sup.child("a")), signal{to: sup.pid})
		<-got
		sup.wantStates("a:running impostor:running")
		if sup.child("impostor") != before {
			t.Error("a sibling was restarted")
		}
	})
}

type exiter struct{ done chan struct{} }
type signal struct {
	genserver.CastTo[*exiter]
	to process.PID
}

func (*exiter) Init(c *genserver.Context) genserver.Result { return c.OK() }
func (x *exiter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case signal:
		process.Exit(c, msg.to, errBoom)
		close(x.done)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// A child that is killed while it is busy is replaced at once.
func TestBusyChildIsAbandoned(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a").Shutdown(100 * time.Millisecond)
		sup := e.start(one, specs(a))
		genserver.Cast(e.Ctx, a.Ref(), sleepFor{d: time.Minute})
		synctest.Wait()
		begin := time.Now()
		wantErr(t, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
		e.wantAfter("the kill", time.Since(begin), 100*time.Millisecond)
		wantErr(t, "restart", supervisor.RestartChild(e.Ctx, sup, "a"), nil)
		if n := e.Node.Abandoned(); n != 1 {
			t.Errorf("%d abandoned processes, want 1", n)
		}
		e.want("+a +a")
		time.Sleep(time.Minute)
		if n := e.Node.Abandoned(); n != 0 {
			t.Errorf("%d abandoned processes after all have returned", n)
		}
	})
}

// A management call waits without the limit that other calls have.
func TestManagementWaits(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start(one, nil)
		_, err := supervisor.StartChild(e.Ctx, sup, e.worker("a", startTakes(time.Hour)))
		wantErr(t, "slow start", err, nil)
	})
}

// The context of a start bounds it, and does not end the tree later.
func TestContextOfAStart(t *testing.T) {
	bubble(t, func(e *env) {
		ctx, cancel := context.WithTimeout(e.Ctx, time.Second)
		defer cancel()
		sup, err := supervisor.Start(ctx, supervisor.Supervisor("sup", one, specs(e.worker("a"))))
		wantErr(t, "start", err, nil)
		a := e.worker("b")
		_, err = supervisor.Start(ctx, supervisor.Supervisor("slow", one, specs(a, e.worker("c", startTakes(time.Hour)))))
		wantErr(t, "start that takes too long", err, context.DeadlineExceeded)
		e.want("+a +b -b(killed)")
		_, err = a.Ref().Dest().Resolve(e.Node)
		wantErr(t, "what had been started", err, process.NoProc)
		e.treeOf(sup).wantStates("a:running")
	})
}

func TestComputedChildren(t *testing.T) {
	bubble(t, func(e *env) {
		n := 0
		tree := supervisor.Init("sup", func(c *genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
			n++
			return one, specs(e.worker("a").ID(fmt.Sprint("a", n))), []supervisor.Flag{supervisor.Named("computed")}, nil
		})
		outer := e.start(one, specs(tree))
		if pid, _ := process.WhereIs(e.Ctx, "computed"); pid != outer.child("sup") {
			t.Errorf("the name is of %v", pid)
		}
		e.treeOf(tree.Ref()).wantStates("a1:running")
		process.Exit(e.Ctx, outer.child("sup"), process.Kill)
		synctest.Wait()
		e.treeOf(tree.Ref()).wantStates("a2:running")

		_, err := supervisor.Start(e.Ctx, supervisor.Init("bad", func(*genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
			return one, specs(e.worker("")), nil, nil
		}))
		e.wantProblem(err, "", supervisor.MissingID)
		_, err = supervisor.Start(e.Ctx, supervisor.Init("bad", func(*genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
			return 0, nil, nil, nil
		}))
		e.wantProblem(err, "bad", supervisor.InvalidStrategy)
		_, err = supervisor.Start(e.Ctx, supervisor.Init("nil", nil))
		e.wantProblem(err, "nil", supervisor.MissingStart)
	})
}

func TestStartChildRefuses(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start(one, specs(e.worker("a"), e.worker("b")))
		_, err := supervisor.StartChild(e.Ctx, sup, e.worker(""))
		e.wantProblem(err, "", supervisor.MissingID)
		_, err = supervisor.StartChild(e.Ctx, sup, supervisor.Child[int]{})
		e.wantProblem(err, "", supervisor.MissingStart)
		_, err = supervisor.StartChild(e.Ctx, sup, e.worker("a"))
		var already *supervisor.AlreadyStarted
		if !errors.As(err, &already) || already.ID != "a" || already.PID != sup.child("a") {
			t.Errorf("running: %v", err)
		}
		wantErr(t, "terminate", supervisor.TerminateChild(e.Ctx, sup, "b"), nil)
		_, err = supervisor.StartChild(e.Ctx, sup, e.worker("b"))
		wantErr(t, "present", err, supervisor.ErrAlreadyPresent)
		e.want("+a +b -b(shutdown)")
	})
}

// What is no business of a supervisor's does not disturb it.
func TestStrayMessages(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start(one, specs(e.worker("a")), supervisor.Intensity(0, time.Second))
		wantErr(t, "send", process.Send(e.Ctx, sup.pid, "stray"), nil)
		wantErr(t, "send", process.Send(e.Ctx, sup.pid, process.Exited{From: sup.pid, Reason: errBoom}), nil)
		sup.wantAlive()
		sup.wantStates("a:running")
	})
}

func TestReports(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		e.start(one, specs(a), supervisor.Intensity(1, time.Second))
		e.crash(a.Ref())
		e.crash(a.Ref())
		log := e.Log()
		for _, want := range []string{"child ended", "too many restarts", "supervisor=sup", "child=a", "reason=boom"} {
			if !strings.Contains(log, want) {
				t.Errorf("no %q in the log:\n%s", want, log)
			}
		}
		sup := e.start(one, specs(e.worker("a")))
		e.Log()
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
		if log := e.Log(); log != "" {
			t.Errorf("a clean stop logs\n%s", log)
		}
	})
}

func TestNames(t *testing.T) {
	for got, want := range map[fmt.Stringer]string{
		supervisor.Permanent: "permanent", supervisor.Restart(9): "invalid",
		supervisor.RestForOne: "rest_for_one", supervisor.Strategy(0): "invalid",
		supervisor.AllSignificant: "all_significant", supervisor.Never: "never", supervisor.AutoShutdownMode(9): "invalid",
		supervisor.SupervisorType: "supervisor", supervisor.Restarting: "restarting",
	} {
		if got.String() != want {
			t.Errorf("%#v is called %q, want %q", got, got, want)
		}
	}
}

// Callers of a child that crashes again and again get an answer or an error each time, and the child survives them all.
func TestCallersDuringRestarts(t *testing.T) {
	ctx := quiet()
	items := supervisor.Server("items", func() *stock { return new(stock) })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("sup", one, specs(items), supervisor.Intensity(1_000_000, time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Stop(ctx, sup)
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for j := range 500 {
				n := 1
				if (i+j)%5 == 0 {
					n = 100 // crashes it
				}
				_, err := genserver.Call(ctx, items.Ref(), take{n: n})
				var panicked *process.PanicError
				if err == nil && n == 100 || err != nil && !errors.As(err, &panicked) && !errors.Is(err, process.NoProc) {
					t.Errorf("take %d: %v", n, err)
				}
			}
		})
	}
	callers.Wait()
	for { // the last restart may still be under way
		if _, err := genserver.Call(ctx, items.Ref(), take{}); err == nil {
			break
		} else if !errors.Is(err, process.NoProc) {
			t.Fatal(err)
		}
	}
}

func TestPanickingWorkerIsRestarted(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		e.start(one, specs(a))
		fate := e.Watch(e.Resolve(a.Ref().Dest()))
		genserver.Cast(e.Ctx, a.Ref(), panicWith{value: errBoom})
		e.want("+a -a(panic: boom) +a")
		wantErr(t, "exit reason", fate.Reason(), errBoom)
	})
}

// broken is an error that cannot tell what it wraps, as any nil pointer to an error type.
type broken struct{ err error }

func (b *broken) Error() string { return "broken" }
func (b *broken) Unwrap() error { return b.err }

// A child whose exit reason cannot be asked what it is has crashed, and is restarted; it took its supervisor with it.
func TestReasonThatPanics(t *testing.T) {
	bubble(t, func(e *env) {
		var reason *broken
		sup := e.start(one, specs(e.worker("a"), e.worker("b")))
		fn := supervisor.Func("f", func(ctx context.Context) error { e.add("+f"); <-ctx.Done(); return nil })
		if _, err := supervisor.StartChild(e.Ctx, sup, fn.Restart(supervisor.Transient)); err != nil {
			t.Fatal(err)
		}
		e.want("+a +b +f")
		process.Exit(e.Ctx, sup.child("f"), reason)
		e.want("+f")
		sup.wantStates("a:running b:running f:running")
	})
}

// A start may fail with an error whose methods panic; that is a failed start and no more.
func TestStartErrorThatPanics(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start(one, nil)
		_, opened := supervisor.StartChild(e.Ctx, sup, supervisor.Closer("opened", func(context.Context) (io.Closer, error) {
			return nil, (*broken)(nil)
		}))
		_, server := supervisor.StartChild(e.Ctx, sup, supervisor.Server("server", func() *failing { return new(failing) }))
		for id, err := range map[string]error{"opened": opened, "server": server} {
			if failed, ok := err.(*supervisor.StartError); !ok || failed.ID != id {
				t.Errorf("%s: %T", id, err)
			}
		}
		sup.wantAlive()
	})
}

type failing struct{}

func (*failing) Init(c *genserver.Context) genserver.Result { return c.Stop((*broken)(nil)) }
