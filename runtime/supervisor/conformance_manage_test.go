package supervisor_test

import (
	"errors"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

var manageCases = []conformance.Case{
	passes("SUP-050", func(e *env) {
		sup := e.start(one, nil)
		e.plan("a", fail)
		_, err := supervisor.StartChild(e.Ctx, sup, e.worker("a"))
		var failed *supervisor.StartError
		if !errors.As(err, &failed) || failed.ID != "a" || !errors.Is(err, errBoom) {
			e.Errorf("error %v, want a StartError of a: boom", err)
		}
		sup.wantStates("")
	}),
	passes("SUP-051", func(e *env) {
		sup := e.start(one, specs(e.worker("a"), e.worker("b").Restart(supervisor.Temporary)))
		e.take()
		for range 2 {
			wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
		}
		e.want("-a(shutdown)")
		sup.wantStates("a:stopped b:running")
		wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "b"), nil)
		e.want("-b(shutdown)")
		sup.wantStates("a:stopped")
	}),
	passes("SUP-052", func(e *env) {
		sup := e.start(one, specs(e.worker("a")))
		before := sup.child("a")
		wantErr(e.T, "running", supervisor.RestartChild(e.Ctx, sup, "a"), supervisor.ErrRunning)
		wantErr(e.T, "unknown", supervisor.RestartChild(e.Ctx, sup, "x"), supervisor.ErrNotFound)
		wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
		wantErr(e.T, "terminated", supervisor.RestartChild(e.Ctx, sup, "a"), nil)
		if now := sup.child("a"); now == before || !now.Alive() {
			e.Errorf("restarted as %v, was %v", now, before)
		}
		sup = e.startRetrying()
		wantErr(e.T, "restarting", supervisor.RestartChild(e.Ctx, sup, "a"), supervisor.ErrRestarting)
		sup.wantStates("a:restarting")
		_, err := supervisor.StartChild(e.Ctx, sup, e.worker("a"))
		var already *supervisor.AlreadyStarted
		if !errors.As(err, &already) {
			e.Errorf("start of a restarting child: %v", err)
		}
		wantErr(e.T, "delete of a restarting child", supervisor.DeleteChild(e.Ctx, sup, "a"), supervisor.ErrRestarting)
		wantErr(e.T, "terminate of a restarting child", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
		e.take()
		time.Sleep(time.Second)
		e.want("") // the attempts have ended
		sup.wantStates("a:stopped")
	}),
	passes("SUP-053", func(e *env) {
		sup := e.start(one, specs(e.worker("a")))
		wantErr(e.T, "running", supervisor.DeleteChild(e.Ctx, sup, "a"), supervisor.ErrRunning)
		wantErr(e.T, "unknown", supervisor.DeleteChild(e.Ctx, sup, "x"), supervisor.ErrNotFound)
		wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
		wantErr(e.T, "terminated", supervisor.DeleteChild(e.Ctx, sup, "a"), nil)
		sup.wantStates("")
	}),
	passes("SUP-054", func(e *env) {
		sup := e.start(one, nil)
		wantErr(e.T, "unknown", supervisor.TerminateChild(e.Ctx, sup, "x"), supervisor.ErrNotFound)
	}),
	changed("SUP-055", "there are no modules to tell", func(e *env) {
		a := e.worker("a")
		sup := e.start(one, []supervisor.Spec{a, supervisor.Supervisor("s", one, nil), e.worker("b")})
		wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "b"), nil)
		children, err := supervisor.WhichChildren(e.Ctx, sup)
		if err != nil || len(children) != 3 {
			e.Fatalf("children %v, %v", children, err)
		}
		for _, c := range children {
			switch want := (supervisor.ChildInfo{ID: "b", State: supervisor.Stopped, Type: supervisor.Worker}); {
			case c.ID == "a" && (c.PID != e.Resolve(a.Ref().Dest()) || c.State != supervisor.Running || c.Type != supervisor.Worker),
				c.ID == "s" && (!c.PID.Alive() || c.State != supervisor.Running || c.Type != supervisor.SupervisorType),
				c.ID == "b" && c != want:
				e.Errorf("child %+v", c)
			}
		}
	}),
	passes("SUP-056", func(e *env) {
		sup := e.start(one, []supervisor.Spec{e.worker("a"), e.worker("b"), supervisor.Supervisor("s", one, nil), supervisor.Supervisor("t", one, nil)})
		sup.wantCounts(supervisor.Counts{Specs: 4, Active: 4, Supervisors: 2, Workers: 2})
		for _, id := range []string{"b", "t"} {
			wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, id), nil)
		}
		sup.wantCounts(supervisor.Counts{Specs: 4, Active: 2, Supervisors: 2, Workers: 2})
	}),
	passes("SUP-057", func(e *env) {
		sup := e.start(one, specs(e.worker("a", stopTakes(300*time.Millisecond))))
		begin := time.Now()
		go supervisor.TerminateChild(e.Ctx, sup, "a")
		synctest.Wait()
		sup.wantStates("a:stopped")
		e.wantAfter("the answer", time.Since(begin), 300*time.Millisecond)
	}),
	passes("SUP-058", func(e *env) {
		sup := e.start(one, specs(e.worker("a").Restart(supervisor.Transient).Shutdown(supervisor.BrutalKill).Significant()),
			supervisor.AutoShutdown(supervisor.AnySignificant))
		sup.wantSpec(supervisor.SpecInfo{ID: "a", Restart: supervisor.Transient, Shutdown: supervisor.BrutalKill,
			Type: supervisor.Worker, Significant: true})
		_, err := supervisor.ChildSpec(e.Ctx, sup, "x")
		wantErr(e.T, "unknown", err, supervisor.ErrNotFound)
	}),
}

// startRetrying starts a supervisor that is busy restarting a for a while: each attempt takes 10 ms and fails.
func (e *env) startRetrying() *tree {
	e.Helper()
	slow := false
	a := supervisor.Server("a", func() *worker {
		w := &worker{id: "a", tr: e.trace}
		if slow {
			w.startTakes = 10 * time.Millisecond
		}
		slow = true
		return w
	})
	sup := e.start(one, specs(a), supervisor.Intensity(1000, time.Second))
	failures := make([]startPlan, 1000)
	for i := range failures {
		failures[i] = fail
	}
	e.plan("a", failures...)
	genserver.Cast(e.Ctx, a.Ref(), stopWith{reason: errBoom})
	time.Sleep(35 * time.Millisecond)
	return sup
}

// startSlow starts the given child and b, c, d, which take 30 ms, 5 s and 20 ms to stop, of which c has 100 ms. It watches c.
func (e *env) startSlow(first supervisor.Child[workerRef]) *proctest.Fate {
	e.Helper()
	sup := e.start(rest, specs(first,
		e.worker("b", stopTakes(30*time.Millisecond)),
		e.worker("c", stopTakes(5*time.Second)).Shutdown(100*time.Millisecond),
		e.worker("d", stopTakes(20*time.Millisecond))))
	e.take()
	return e.Watch(sup.child("c"))
}

// stopOne starts and stops a supervisor with one child. It returns how that ended and how long it took.
func (e *env) stopOne(child supervisor.Child[workerRef]) (*proctest.Fate, time.Duration) {
	e.Helper()
	sup := e.start(one, specs(child))
	e.take()
	fate := e.Watch(e.Resolve(child.Ref().Dest()))
	begin := time.Now()
	wantErr(e.T, "stop", supervisor.Stop(e.Ctx, sup), nil)
	return fate, time.Since(begin)
}

var shutdownCases = []conformance.Case{
	passes("SUP-061", func(e *env) {
		fate, took := e.stopOne(e.worker("a", stopTakes(50*time.Second)).Shutdown(100 * time.Millisecond))
		fate.Want(process.Killed)
		e.wantAfter("the kill", took, 100*time.Millisecond)
		fate, took = e.stopOne(e.worker("a", stopTakes(50*time.Second)))
		fate.Want(process.Killed)
		e.wantAfter("the kill by default", took, 5*time.Second)
	}),
	passes("SUP-062", func(e *env) {
		fate, took := e.stopOne(e.worker("a", stopTakes(time.Second)).Shutdown(supervisor.BrutalKill))
		fate.Want(process.Killed)
		e.wantAfter("the kill", took, 0)
		e.want("")
	}),
	passes("SUP-063", func(e *env) {
		fate, took := e.stopOne(e.worker("a", noTrap, stopTakes(time.Second)))
		fate.Want(process.Shutdown)
		e.wantAfter("the end", took, 0)
		e.want("")
	}),
	passes("SUP-064", func(e *env) {
		fate, took := e.stopOne(e.worker("a", stopTakes(time.Hour)).Shutdown(supervisor.Infinity))
		fate.Want(process.Shutdown)
		e.wantAfter("the end", took, time.Hour)
	}),
	passes("SUP-065", func(e *env) {
		sup := e.start(one, specs(e.worker("a"), e.worker("b", stopFails), e.worker("c")))
		e.take()
		fate := e.Watch(sup.child("b"))
		wantErr(e.T, "stop", supervisor.Stop(e.Ctx, sup), nil)
		e.want("-c(shutdown) -b(shutdown) -a(shutdown)")
		var panicked *process.PanicError
		if !errors.As(fate.Reason(), &panicked) {
			e.Errorf("exit reason of b: %v, want its panic", fate.Reason())
		}
	}),
	passes("SUP-066", func(e *env) {
		sup := e.start(one, specs(e.worker("a")))
		e.take()
		custom := errors.New("custom")
		wantErr(e.T, "stop", genserver.Stop(e.Ctx, sup, custom), nil)
		e.want("-a(shutdown)")
		sup.wantEnd(custom)
	}),
	passes("SUP-067", func(e *env) {
		for _, reason := range []error{errBoom, process.Normal, process.Shutdown} {
			parent := e.Puppet()
			var sup *tree
			parent.Do(func(c *process.Context) {
				ref, err := supervisor.StartLink(c, supervisor.Supervisor("sup", one, specs(e.workers("a", "b")...)))
				if err != nil {
					e.Fatal(err)
				}
				sup = e.treeOf(ref)
			})
			e.take()
			parent.Exit(reason)
			e.want("-b(shutdown) -a(shutdown)")
			sup.wantEnd(reason)
		}
	}),
	passes("SUP-068", func(e *env) {
		sup := e.start(one, specs(e.worker("a")))
		e.take()
		process.Exit(e.Ctx, sup.pid, process.Shutdown)
		sup.wantAlive()
		stranger := e.Puppet()
		stranger.Link(sup.pid)
		stranger.Exit(errBoom)
		sup.wantAlive()
		sup.wantStates("a:running")
		e.want("")
	}),
	passes("SUP-069", func(e *env) {
		sup := e.start(one, specs(e.worker("a"), e.worker("b", noTrap)))
		e.take()
		a, b := e.Watch(sup.child("a")), e.Watch(sup.child("b"))
		process.Exit(e.Ctx, sup.pid, process.Kill)
		e.want("-a(killed)")
		sup.wantEnd(process.Killed)
		a.Want(process.Killed)
		b.Want(process.Killed)
	}),
}

var autoCases = []conformance.Case{
	passes("SUP-071", func(e *env) {
		for reason, event := range map[error]string{process.Normal: "-b(normal)", process.Shutdown: "-b(shutdown)"} {
			b := e.worker("b").Restart(supervisor.Transient).Significant()
			sup := e.startAuto(supervisor.AnySignificant, e.worker("a"), b, e.worker("c"))
			e.end(b.Ref(), reason)
			e.want(event + " -c(shutdown) -a(shutdown)")
			sup.wantEnd(process.Shutdown)
		}
	}),
	passes("SUP-072", func(e *env) {
		b := e.worker("b").Restart(supervisor.Transient).Significant()
		sup := e.startAuto(supervisor.AnySignificant, e.worker("a"), b)
		e.crash(b.Ref())
		e.want("-b(boom) +b")
		sup.wantAlive()
	}),
	passes("SUP-073", func(e *env) {
		for _, reason := range []error{errBoom, process.Normal} {
			b := e.worker("b").Restart(supervisor.Temporary).Significant()
			sup := e.startAuto(supervisor.AnySignificant, e.worker("a"), b)
			e.end(b.Ref(), reason)
			sup.wantEnd(process.Shutdown)
		}
	}),
	passes("SUP-074", func(e *env) {
		b, c := e.worker("b").Restart(supervisor.Transient).Significant(), e.worker("c").Restart(supervisor.Transient)
		sup := e.startAuto(supervisor.AnySignificant, b, c)
		wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "b"), nil)
		sup.wantAlive()
		e.end(c.Ref(), process.Normal)
		sup.wantAlive()
	}),
	passes("SUP-075", func(e *env) {
		a, b := e.worker("a").Restart(supervisor.Transient).Significant(), e.worker("b").Restart(supervisor.Temporary).Significant()
		sup := e.startAuto(supervisor.AllSignificant, a, b, e.worker("c"))
		e.end(a.Ref(), process.Normal)
		sup.wantAlive()
		e.end(b.Ref(), errBoom)
		e.want("-a(normal) -b(boom) -c(shutdown)")
		sup.wantEnd(process.Shutdown)
	}),
	passes("SUP-076", func(e *env) {
		e.refused("a", supervisor.BadSignificant, one, specs(e.worker("a").Significant()), supervisor.AutoShutdown(supervisor.AnySignificant))
		e.refused("a", supervisor.BadSignificant, one, specs(e.worker("a").Restart(supervisor.Transient).Significant()))
	}),
}

func (e *env) startAuto(m supervisor.AutoShutdownMode, children ...supervisor.Child[workerRef]) *tree {
	e.Helper()
	sup := e.start(one, specs(children...), supervisor.AutoShutdown(m))
	e.take()
	return sup
}
