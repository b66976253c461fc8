package supervisor_test

import (
	"errors"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	one  = supervisor.OneForOne
	all  = supervisor.OneForAll
	rest = supervisor.RestForOne
)

var specCases = []conformance.Case{
	passes("SUP-001", func(e *env) {
		a := e.worker("a")
		sup := e.start(one, specs(a))
		for range 3 {
			e.crash(a.Ref())
		}
		sup.wantAlive()
		time.Sleep(5*time.Second + 1)
		for range 3 {
			e.crash(a.Ref())
		}
		sup.wantAlive()
		e.crash(a.Ref())
		sup.wantEnd(process.Shutdown)
		e.take()
		// Auto shutdown never is what a significant child is refused for.
		e.refused("b", supervisor.BadSignificant, one, specs(e.worker("b").Restart(supervisor.Transient).Significant()))
	}),
	passes("SUP-002", func(e *env) {
		e.refused("sup", supervisor.InvalidStrategy, 0, specs(e.worker("a")))
		e.refused("sup", supervisor.InvalidStrategy, 9, specs(e.worker("a")))
	}),
	passes("SUP-003", func(e *env) {
		sup := e.start(one, specs(e.worker("a")))
		sup.wantSpec(supervisor.SpecInfo{ID: "a", Restart: supervisor.Permanent, Shutdown: 5 * time.Second, Type: supervisor.Worker})
	}),
	passes("SUP-004", func(e *env) {
		sup := e.start(one, specs(supervisor.Supervisor("inner", one, nil)))
		sup.wantSpec(supervisor.SpecInfo{ID: "inner", Restart: supervisor.Permanent, Shutdown: supervisor.Infinity, Type: supervisor.SupervisorType})
	}),
	changed("SUP-005", "holds for supervisors and servers; tasks and agents bring child specs of their own with their packages", func(e *env) {
		inner := supervisor.Init("inner", func(*genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
			return one, nil, nil, nil
		})
		sup := e.start(one, []supervisor.Spec{inner, e.worker("a")})
		sup.wantSpec(supervisor.SpecInfo{ID: "inner", Restart: supervisor.Permanent, Shutdown: supervisor.Infinity, Type: supervisor.SupervisorType})
		sup.wantSpec(supervisor.SpecInfo{ID: "a", Restart: supervisor.Permanent, Shutdown: 5 * time.Second, Type: supervisor.Worker})
	}),
	changed("SUP-006", "what is no Child does not compile in a list of children; a nil child, a zero Child and a nil function are refused at start", func(e *env) {
		changed := e.worker("a").ID("b").Restart(supervisor.Transient).Shutdown(time.Second)
		sup := e.start(one, specs(changed))
		sup.wantSpec(supervisor.SpecInfo{ID: "b", Restart: supervisor.Transient, Shutdown: time.Second, Type: supervisor.Worker})
		e.take()
		e.refused("", supervisor.MissingStart, one, []supervisor.Spec{nil})
		e.refused("", supervisor.MissingStart, one, specs(supervisor.Child[workerRef]{}.ID("zero")))
		e.refused("f", supervisor.MissingStart, one, specs(supervisor.Func("f", nil)))
	}),
	changed("SUP-007", "a wrong type, wrong modules and a significant that is no boolean do not compile", func(e *env) {
		for _, tt := range []struct {
			child   supervisor.Child[workerRef]
			problem supervisor.Problem
		}{
			{e.worker(""), supervisor.MissingID},
			{supervisor.Server[*worker]("b", nil), supervisor.MissingStart},
			{e.worker("b").Restart(9), supervisor.InvalidRestart},
			{e.worker("b").Restart(0), supervisor.InvalidRestart},
			{e.worker("b").Shutdown(-5), supervisor.InvalidShutdown},
		} {
			id := "b"
			if tt.problem == supervisor.MissingID {
				id = ""
			}
			e.refused(id, tt.problem, one, specs(e.worker("a"), tt.child))
			// What is wrong deep in a tree is found as early.
			e.refused(id, tt.problem, one, []supervisor.Spec{e.worker("a"), supervisor.Supervisor("inner", one, specs(tt.child))})
		}
	}),
	changed("SUP-010", "a bad return does not compile; an error that init returns fails the start", func(e *env) {
		start := func(err error) error {
			_, got := supervisor.Start(e.Ctx, supervisor.Init("sup",
				func(*genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
					return one, specs(e.worker("a")), nil, err
				}))
			return got
		}
		wantErr(e.T, "ignore", start(process.ErrIgnore), process.ErrIgnore)
		wantErr(e.T, "error", start(errBoom), errBoom)
		e.want("")
	}),
	notApplicable("SUP-011", "a child is made by a function and its methods, not by a map, so there are no keys"),
}

var startCases = []conformance.Case{
	passes("SUP-012", func(e *env) {
		e.start(one, specs(e.worker("a", startTakes(150*time.Millisecond)), e.worker("b", startTakes(150*time.Millisecond))))
		e.want("+a +b")
		e.wantAfter("start of a", e.at["+a"], 150*time.Millisecond)
		e.wantAfter("start of b", e.at["+b"], 300*time.Millisecond)
	}),
	passes("SUP-013", func(e *env) {
		e.plan("c", fail)
		_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, specs(e.workers("a", "b", "c", "d")...), supervisor.Intensity(9, time.Second)))
		e.want("+a +b !c -b(shutdown) -a(shutdown)")
		e.wantStartError(err, "c", errBoom)
	}),
	changed("SUP-014", "a linked caller that does not trap exits gets an error too, and dies when its callback returns", func(e *env) {
		start := func(c *process.Context) error {
			e.plan("a", fail)
			_, err := supervisor.StartLink(c, supervisor.Supervisor("sup", one, specs(e.worker("a"))))
			return err
		}
		parent := e.Puppet()
		parent.Do(func(c *process.Context) {
			if start(c) == nil {
				e.Error("no error")
			}
		})
		e.wantStartError(parent.Reason(), "a", errBoom)

		trapping := e.Trapping()
		trapping.Do(func(c *process.Context) { e.wantStartError(start(c), "a", errBoom) })
		got := trapping.Got()
		if len(got) != 1 {
			e.Fatalf("messages %v, want one Exited", got)
		}
		exited, _ := got[0].(process.Exited)
		e.wantStartError(exited.Reason, "a", errBoom)
	}),
	passes("SUP-016", func(e *env) {
		for _, r := range []supervisor.Restart{supervisor.Permanent, supervisor.Transient} {
			e.plan("a", ignore)
			sup := e.start(one, specs(e.worker("a").Restart(r), e.worker("b")))
			e.want("?a +b")
			sup.wantStates("a:stopped b:running")
			sup.wantCounts(supervisor.Counts{Specs: 2, Active: 1, Workers: 2})
		}
		e.plan("a", ignore)
		sup := e.start(one, specs(e.worker("a").Restart(supervisor.Temporary), e.worker("b")))
		sup.wantStates("b:running")
	}),
	passes("SUP-017", func(e *env) {
		e.refused("a", supervisor.DuplicateID, one, specs(e.worker("a"), e.worker("b"), e.worker("a")))
	}),
}

// wantSpec compares what the supervisor tells of a child.
func (tr *tree) wantSpec(want supervisor.SpecInfo) {
	tr.Helper()
	got, err := supervisor.ChildSpec(tr.Ctx, tr, want.ID)
	if err != nil || got != want {
		tr.Errorf("spec %+v (%v), want %+v", got, err, want)
	}
}

// wantProblem checks for a SpecError.
func (e *env) wantProblem(err error, id string, problem supervisor.Problem) {
	e.Helper()
	var bad *supervisor.SpecError
	if !errors.As(err, &bad) || bad.ID != id || bad.Problem != problem {
		e.Errorf("error %v, want a SpecError of %q: %s", err, id, string(problem))
	}
}

// wantStartError checks for OTP's {shutdown, {failed_to_start_child, id, reason}}.
func (e *env) wantStartError(err error, id string, reason error) {
	e.Helper()
	var failed *supervisor.StartError
	if !errors.As(err, &failed) || failed.ID != id || !errors.Is(failed.Reason, reason) {
		e.Errorf("error %v, want a StartError of %q: %v", err, id, reason)
	}
	wantErr(e.T, "start failure", err, process.Shutdown)
}
