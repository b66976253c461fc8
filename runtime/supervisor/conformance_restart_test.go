package supervisor_test

import (
	"errors"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

var strategyCases = []conformance.Case{
	passes("SUP-019", func(e *env) { e.crashB(one, "-b(boom) +b") }),
	passes("SUP-020", func(e *env) { e.crashB(rest, "-b(boom) -d(shutdown) -c(shutdown) +b +c +d") }),
	passes("SUP-022", func(e *env) {
		a := e.worker("a")
		fate := e.startSlow(a)
		e.crash(a.Ref())
		time.Sleep(time.Minute)
		e.want("-a(boom) -d(shutdown) -c(shutdown) -b(shutdown) +a +b +c +d")
		e.wantAfter("stop of c", e.at["-c(shutdown)"]-e.at["-d(shutdown)"], 20*time.Millisecond)
		e.wantAfter("stop of b", e.at["-b(shutdown)"]-e.at["-c(shutdown)"], 100*time.Millisecond) // its shutdown time
		e.wantAfter("restart", e.at["+a"]-e.at["-b(shutdown)"], 30*time.Millisecond)
		wantErr(e.T, "exit reason of c", fate.Reason(), process.Killed)
	}),
	passes("SUP-023", func(e *env) {
		for _, tt := range []struct {
			strategy supervisor.Strategy
			trace    string
			left     string
		}{
			{rest, "-b(boom) -d(shutdown) -c(shutdown) +b +d", "a:running b:running d:running"},
			{all, "-b(boom) -d(shutdown) -c(shutdown) -a(shutdown) +b +d", "b:running d:running"},
		} {
			b := e.worker("b")
			sup := e.start(tt.strategy, specs(e.worker("a").Restart(supervisor.Temporary), b,
				e.worker("c").Restart(supervisor.Temporary), e.worker("d").Restart(supervisor.Transient)))
			e.take()
			e.crash(b.Ref())
			e.want(tt.trace)
			sup.wantStates(tt.left)
		}
	}),
	passes("SUP-024", func(e *env) {
		for _, strategy := range []supervisor.Strategy{one, rest, all} {
			b := e.worker("b").Restart(supervisor.Temporary)
			sup := e.start(strategy, specs(e.worker("a"), b, e.worker("c")))
			e.take()
			e.crash(b.Ref())
			e.want("-b(boom)")
			sup.wantStates("a:running c:running")
		}
	}),
	passes("SUP-025", func(e *env) {
		for _, strategy := range []supervisor.Strategy{one, rest, all} {
			b := e.worker("b").Restart(supervisor.Transient)
			sup := e.start(strategy, specs(e.worker("a"), b, e.worker("c")))
			e.take()
			e.end(b.Ref(), process.Normal)
			e.want("-b(normal)")
			sup.wantStates("a:running b:stopped c:running")
		}
	}),
	passes("SUP-026", func(e *env) {
		e.crashB(rest, "-b(boom) -d(shutdown) -c(shutdown) +b !c +c +d", fail)
	}),
	passes("SUP-027", func(e *env) {
		e.crashB(all, "-b(boom) -d(shutdown) -c(shutdown) -a(shutdown) +a +b !c -b(shutdown) -a(shutdown) +a +b +c +d", fail)
	}),
	passes("SUP-028", func(e *env) {
		a := e.worker("a")
		sup := e.start(rest, specs(a))
		for _, id := range []string{"b", "c"} {
			if _, err := supervisor.StartChild(e.Ctx, sup, e.worker(id)); err != nil {
				e.Fatal(err)
			}
		}
		e.want("+a +b +c")
		e.crash(a.Ref())
		e.want("-a(boom) -c(shutdown) -b(shutdown) +a +b +c")
	}),
	passes("SUP-029", func(e *env) {
		inner := supervisor.Supervisor("inner", one, specs(e.worker("a")))
		e.start(one, specs(inner))
		if _, err := supervisor.StartChild(e.Ctx, inner.Ref(), e.worker("b")); err != nil {
			e.Fatal(err)
		}
		e.want("+a +b")
		process.Exit(e.Ctx, e.Resolve(inner.Ref().Dest()), process.Kill)
		e.wantInAnyOrder("-a(killed)", "-b(killed)", "+a")
		e.treeOf(inner.Ref()).wantStates("a:running")
	}),
	passes("SUP-030", func(e *env) {
		a := e.worker("a")
		e.start(one, specs(a))
		for range 3 {
			e.crash(a.Ref())
			e.want("+a -a(boom) +a")
			e.wantAfter("restart", e.at["+a"], 0)
			e.add("+a")
		}
	}),
}

// crashB crashes b of a, b, c, d; plans are those of c's next starts.
func (e *env) crashB(s supervisor.Strategy, events string, plans ...startPlan) {
	e.Helper()
	children := e.workers("a", "b", "c", "d")
	sup := e.start(s, specs(children...))
	e.want("+a +b +c +d")
	before := map[string]process.PID{"a": sup.child("a"), "b": sup.child("b")}
	e.plan("c", plans...)
	e.crash(children[1].Ref())
	e.want(events)
	sup.wantStates("a:running b:running c:running d:running")
	if sup.child("b") == before["b"] {
		e.Error("b is the old incarnation")
	}
	if restarted := sup.child("a") != before["a"]; restarted != (s == all) {
		e.Errorf("%v: a restarted: %v", s, restarted)
	}
}

var reasons = []error{process.Normal, process.Shutdown, &process.ShutdownReason{Detail: errors.New("x")}, errBoom, process.Killed}

// matrix ends a child of the restart type with each reason, and tells check whether the reason is clean.
func (e *env) matrix(r supervisor.Restart, check func(sup *tree, clean, restarted bool)) {
	for _, reason := range reasons {
		a := e.worker("a").Restart(r)
		sup := e.start(one, specs(a))
		e.take()
		before := sup.child("a")
		e.end(a.Ref(), reason)
		restarted := false
		if sup.states() == "a:running" {
			restarted = sup.child("a") != before
		}
		check(sup, process.Clean(reason), restarted)
		e.take()
	}
}

var restartCases = []conformance.Case{
	passes("SUP-031", func(e *env) {
		e.matrix(supervisor.Permanent, func(sup *tree, _, restarted bool) {
			if !restarted {
				e.Errorf("not restarted: %s", sup.states())
			}
		})
	}),
	passes("SUP-032", func(e *env) {
		e.matrix(supervisor.Transient, func(sup *tree, clean, restarted bool) {
			if restarted == clean {
				e.Errorf("clean %v, restarted %v", clean, restarted)
			}
			if clean {
				sup.wantStates("a:stopped")
				sup.wantCounts(supervisor.Counts{Specs: 1, Workers: 1})
			}
		})
	}),
	passes("SUP-033", func(e *env) {
		e.matrix(supervisor.Temporary, func(sup *tree, _, _ bool) { sup.wantStates("") })
	}),
	passes("SUP-034", func(e *env) {
		sup, _ := e.startUnlinked()
		sup.wantStates("a:running b:running")
		sup.wantCounts(supervisor.Counts{Specs: 2, Active: 1, Workers: 2})
		e.want("")
	}),
	passes("SUP-035", func(e *env) {
		sup, begin := e.startUnlinked()
		wantErr(e.T, "stop", supervisor.Stop(e.Ctx, sup), nil)
		e.wantAfter("stop", time.Since(begin), 0)
		e.want("-b(shutdown)")
	}),
}

// startUnlinked starts a and b; a has unlinked itself and died.
func (e *env) startUnlinked() (*tree, time.Time) {
	e.Helper()
	a := e.worker("a")
	sup := e.start(one, specs(a, e.worker("b")))
	genserver.Cast(e.Ctx, a.Ref(), unlinkParent{})
	e.crash(a.Ref())
	e.want("+a +b -a(boom)")
	if sup.child("a").Alive() {
		e.Error("a is alive")
	}
	return sup, time.Now()
}

var intensityCases = []conformance.Case{
	passes("SUP-036", func(e *env) {
		for _, n := range []int{0, 1, 3} {
			a := e.worker("a")
			sup := e.start(one, specs(a), supervisor.Intensity(n, time.Second))
			for range n {
				e.crash(a.Ref())
				sup.wantAlive()
			}
			e.crash(a.Ref())
			sup.wantEnd(process.Shutdown)
		}
	}),
	changed("SUP-037", "The reason is a process.ShutdownReason, OTP's {shutdown, Detail}, with a *GaveUp that says which child and why; it is clean as well.", func(e *env) {
		children := e.workers("a", "b", "c")
		sup := e.start(one, specs(children...), supervisor.Intensity(0, time.Second))
		e.take()
		e.crash(children[1].Ref())
		e.want("-b(boom) -c(shutdown) -a(shutdown)")
		sup.wantEnd(process.Shutdown)
		var gaveUp *supervisor.GaveUp
		if reason := sup.fate.Reason(); !process.Clean(reason) || !errors.As(reason, &gaveUp) || gaveUp.ID != "b" || gaveUp.Reason != errBoom {
			e.Errorf("exit reason %v, want a clean one that names b and boom", reason)
		}
	}),
	passes("SUP-038", func(e *env) {
		children := e.workers("a", "b", "c")
		sup := e.start(one, specs(children...), supervisor.Intensity(2, time.Second))
		e.crash(children[0].Ref())
		e.crash(children[1].Ref())
		sup.wantAlive()
		e.crash(children[2].Ref())
		sup.wantEnd(process.Shutdown)
	}),
	passes("SUP-039", func(e *env) {
		children := e.workers("a", "b", "c", "d")
		sup := e.start(all, specs(children...), supervisor.Intensity(3, time.Second))
		for range 3 {
			e.crash(children[1].Ref())
			sup.wantAlive()
		}
		e.crash(children[1].Ref())
		sup.wantEnd(process.Shutdown)
	}),
	passes("SUP-040", func(e *env) {
		permanent := e.worker("a")
		sup := e.start(one, specs(permanent), supervisor.Intensity(1, time.Second))
		e.end(permanent.Ref(), process.Normal)
		sup.wantAlive()
		e.end(permanent.Ref(), process.Normal)
		sup.wantEnd(process.Shutdown)

		temporary, transient := e.worker("a").Restart(supervisor.Temporary), e.worker("b").Restart(supervisor.Transient)
		sup = e.start(one, specs(temporary, transient), supervisor.Intensity(0, time.Second))
		e.end(temporary.Ref(), errBoom)
		e.end(transient.Ref(), process.Normal)
		sup.wantAlive()
	}),
	passes("SUP-041", func(e *env) {
		sup := e.start(one, specs(e.worker("a")), supervisor.Intensity(0, time.Second))
		for range 3 {
			wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
			wantErr(e.T, "restart", supervisor.RestartChild(e.Ctx, sup, "a"), nil)
		}
		sup.wantAlive()
		sup.wantStates("a:running")
	}),
	changed("SUP-042", "the window is exact; OTP's is measured in whole seconds and up to one second longer", func(e *env) {
		for _, tt := range []struct {
			later time.Duration
			lives bool
		}{
			{700 * time.Millisecond, false},
			{time.Second, false},
			{time.Second + 1, true},
			{1950 * time.Millisecond, true},
		} {
			a := e.worker("a")
			sup := e.start(one, specs(a), supervisor.Intensity(1, time.Second))
			e.crash(a.Ref())
			time.Sleep(tt.later)
			e.crash(a.Ref())
			if lives := sup.fate.Reason() == nil; lives != tt.lives {
				e.Errorf("second crash %v later: lives %v, want %v", tt.later, lives, tt.lives)
			}
		}
	}),
	passes("SUP-043", func(e *env) {
		a := e.worker("a")
		sup := e.start(one, specs(a), supervisor.Intensity(3, time.Second))
		e.plan("a", fail, fail, fail, fail, fail)
		e.crash(a.Ref())
		e.want("+a -a(boom) !a !a !a")
		sup.wantEnd(process.Shutdown)
	}),
	passes("SUP-045", func(e *env) {
		a := e.worker("a")
		sup := e.start(one, specs(a))
		e.plan("a", ignore, ignore)
		e.crash(a.Ref())
		e.want("+a -a(boom) ?a")
		sup.wantStates("a:stopped")
		wantErr(e.T, "restart of a child that ignores it", supervisor.RestartChild(e.Ctx, sup, "a"), nil)
		e.want("?a")
		sup.wantStates("a:stopped")
	}),
	passes("SUP-046", func(e *env) {
		e.innerGivesUp(supervisor.Permanent, "-a(boom) -b(shutdown) +a +b", "c:running inner:running")
	}),
	passes("SUP-047", func(e *env) {
		e.innerGivesUp(supervisor.Transient, "-a(boom) -b(shutdown)", "c:running inner:stopped")
	}),
	passes("SUP-048", func(e *env) {
		e.innerGivesUp(supervisor.Temporary, "-a(boom) -b(shutdown)", "c:running")
	}),
}

func (e *env) innerGivesUp(r supervisor.Restart, events, states string) {
	e.Helper()
	a := e.worker("a")
	inner := supervisor.Supervisor("inner", one, specs(a, e.worker("b")), supervisor.Intensity(0, time.Second)).Restart(r)
	sup := e.start(one, []supervisor.Spec{inner, e.worker("c")})
	e.take()
	e.crash(a.Ref())
	e.want(events)
	sup.wantStates(states)
}
