package dynsupervisor_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// TestConformance runs the DYN cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) {
	conformance.Run(t, "DYN", startCases, endCases, retryCases, stopCases)
}

func passes(id string, test func(e *env)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: func(t *testing.T) { test(newEnv(t)) }}
}

func changed(id, why string, test func(e *env)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Changed, Why: why, Test: func(t *testing.T) { test(newEnv(t)) }}
}

func notApplicable(id, why string) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.NotApplicable, Why: why}
}

var startCases = []conformance.Case{
	passes("DYN-001", func(e *env) {
		tree, err := supervisor.Start(e.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{dynsupervisor.New("sup")}))
		if err != nil {
			e.Fatal(err)
		}
		defer supervisor.Stop(e.Ctx, tree)
		want := supervisor.SpecInfo{ID: "sup", Restart: supervisor.Permanent, Shutdown: supervisor.Infinity, Type: supervisor.SupervisorType}
		if got, err := supervisor.ChildSpec(e.Ctx, tree, "sup"); got != want || err != nil {
			e.Errorf("spec %+v, %v", got, err)
		}
		sup := e.start()
		for range 1000 { // no limit
			sup.child(e.worker("b"))
		}
		a, _ := sup.child(e.worker("a"))
		e.take()
		for range 3 {
			e.crash(a)
			e.want("-a(boom) +a") // nobody else is restarted
		}
		time.Sleep(5*time.Second + 1) // after the period three more are allowed
		for range 3 {
			e.crash(a)
			sup.wantAlive()
		}
		e.crash(a)
		sup.wantGaveUp()
	}),
	changed("DYN-002", "It is options that are checked, before anything of the tree starts, with a *supervisor.SpecError; strategies, other arguments than the child's and a callback that could return junk or ignore there are none.", func(e *env) {
		for _, bad := range []struct {
			opt     dynsupervisor.Option
			problem supervisor.Problem
		}{
			{dynsupervisor.Intensity(-1, time.Second), supervisor.InvalidIntensity},
			{dynsupervisor.Intensity(1, 0), supervisor.InvalidIntensity},
			{dynsupervisor.Backoff(2, 1), supervisor.InvalidBackoff},
			{dynsupervisor.MaxChildren(-1), dynsupervisor.InvalidMaxChildren},
		} {
			_, err := dynsupervisor.Start(e.Ctx, "sup", bad.opt)
			e.wantProblem("start", err, bad.problem)
			first := e.worker("first")
			_, err = supervisor.Start(e.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{first, dynsupervisor.New("sup", bad.opt)}))
			e.wantProblem("start in a tree", err, bad.problem)
			e.want("")
		}
	}),
	changed("DYN-003", "The ids are kept, so that children can be told apart in lists and logs; they may be the same.", func(e *env) {
		sup := e.start()
		_, one := sup.child(e.worker("a"))
		_, two := sup.child(e.worker("a"))
		if one == two {
			e.Error("there is one process for two starts")
		}
		sup.wantStates("a:running a:running")
	}),
	passes("DYN-008", func(e *env) {
		sup := e.start(dynsupervisor.MaxChildren(2))
		sup.child(e.worker("a"))
		_, b := sup.child(e.worker("b"))
		e.wantErr("the third", sup.fails(e.worker("c")), dynsupervisor.ErrMaxChildren)
		e.wantErr("terminate", sup.terminate(b), nil)
		sup.child(e.worker("d"))
		e.wantErr("one too many again", sup.fails(e.worker("c")), dynsupervisor.ErrMaxChildren)
		e.want("+a +b -b(shutdown) +d")
		e.wantErr("where none is allowed", e.start(dynsupervisor.MaxChildren(0)).fails(e.worker("c")), dynsupervisor.ErrMaxChildren)
	}),
	changed("DYN-010", "Arguments are what a function closes over, and Template makes all children by one function, of what each start brings.", func(e *env) {
		shared := "shared"
		template := dynsupervisor.Template("sup", func(own string) supervisor.Child[workerRef] { return e.worker(shared + "-" + own) })
		tree, err := supervisor.Start(e.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{template}))
		if err != nil {
			e.Fatal(err)
		}
		defer supervisor.Stop(e.Ctx, tree)
		a, err := template.Ref().StartChild(e.Ctx, "a")
		if err != nil {
			e.Fatal(err)
		}
		if _, err := template.Ref().StartChild(e.Ctx, "b"); err != nil {
			e.Fatal(err)
		}
		e.want("+shared-a +shared-b")
		e.crash(a)
		e.want("-shared-a(boom) +shared-a")
	}),
	changed("DYN-011", "There is no extra information; that a start was ignored is the error process.ErrIgnore, and other errors come in a *supervisor.StartError.", func(e *env) {
		sup := e.start()
		e.plan("a", ignore, fail, junk)
		e.wantErr("ignored", sup.fails(e.worker("a")), process.ErrIgnore)
		err := sup.fails(e.worker("a"))
		e.wantErr("failed", err, errBoom)
		var failed *supervisor.StartError
		if !errors.As(err, &failed) || failed.ID != "a" {
			e.Errorf("failed: %v", err)
		}
		var bad *genserver.BadReturn
		if err := sup.fails(e.worker("a")); !errors.As(err, &bad) {
			e.Errorf("junk: %v", err)
		}
		sup.wantStates("")
		sup.wantCounts(supervisor.Counts{})
		sup.child(e.worker("a"))
		sup.wantStates("a:running")
	}),
	passes("DYN-012", func(e *env) {
		sup := e.start()
		e.plan("a",
			func(*genserver.Context) genserver.Result { panic("oops") },
			func(*genserver.Context) genserver.Result { runtime.Goexit(); panic("not reached") },
			func(c *genserver.Context) genserver.Result {
				process.Exit(c, c.Self(), process.Kill)
				return c.OK()
			})
		var crash *process.PanicError
		if err := sup.fails(e.worker("a")); !errors.As(err, &crash) || crash.Value != "oops" || len(crash.Stack) == 0 {
			e.Errorf("a panic: %v", err)
		}
		var exit *process.GoexitError
		if err := sup.fails(e.worker("a")); !errors.As(err, &exit) {
			e.Errorf("a Goexit: %v", err)
		}
		e.wantErr("a kill", sup.fails(e.worker("a")), process.Killed)
		sup.wantAlive()
		sup.wantStates("")
	}),
	passes("DYN-013", func(e *env) {
		sup := e.start()
		if err := genserver.Suspend(e.Ctx, sup); err != nil { // it answers nothing now
			e.Fatal(err)
		}
		for problem, bad := range map[supervisor.Problem]supervisor.Child[workerRef]{
			supervisor.BadSignificant:  e.worker("a").Restart(supervisor.Transient).Significant(),
			supervisor.InvalidShutdown: e.worker("a").Shutdown(-2),
			supervisor.InvalidRestart:  e.worker("a").Restart(7),
			supervisor.MissingID:       e.worker(""),
			supervisor.MissingStart:    {},
		} {
			e.wantProblem("start", sup.fails(bad), problem)
		}
		if err := genserver.Resume(e.Ctx, sup); err != nil {
			e.Fatal(err)
		}
		sup.wantStates("")
	}),
	passes("DYN-020", func(e *env) {
		sup := e.start()
		go dynsupervisor.StartChild(e.Ctx, sup, e.worker("a", workerOptions{startTakes: 10 * time.Second}))
		synctest.Wait()
		var err error
		if d := took(func() { _, err = dynsupervisor.CountChildren(e.Ctx, sup) }); d != 10*time.Second || err != nil {
			e.Errorf("another request was answered after %v: %v", d, err)
		}
	}),
	notApplicable("DYN-021", "A running program's code is not replaced, and options are those of one incarnation."),
}

var endCases = []conformance.Case{
	changed("DYN-004", "What is no PID does not compile.", func(e *env) {
		sup := e.start()
		a, before := sup.child(e.worker("a"))
		e.crash(a)
		after := e.Resolve(a.Dest())
		e.wantErr("the process before the restart", sup.terminate(before), supervisor.ErrNotFound)
		e.wantErr("terminate", sup.terminate(after), nil)
		e.wantErr("a second time", sup.terminate(after), supervisor.ErrNotFound)
		e.wantErr("a stranger", sup.terminate(e.Puppet().PID), supervisor.ErrNotFound)
		e.wantErr("nobody", sup.terminate(process.PID{}), supervisor.ErrNotFound)
		e.want("+a -a(boom) +a -a(shutdown)")
	}),
	passes("DYN-005", func(e *env) {
		sup := e.start(dynsupervisor.Intensity(0, time.Second))
		for _, reason := range []error{process.Normal, process.Shutdown, &process.ShutdownReason{Detail: errBoom}, errBoom, process.Killed} {
			temporary, _ := sup.child(e.worker("temporary").Restart(supervisor.Temporary))
			transient, _ := sup.child(e.worker("transient").Restart(supervisor.Transient))
			e.end(temporary, reason)
			if process.Clean(reason) {
				e.end(transient, reason)
			} else {
				e.wantErr("terminate", sup.terminate(e.Resolve(transient.Dest())), nil)
			}
			sup.wantStates("")
			sup.wantCounts(supervisor.Counts{})
		}
		_, permanent := sup.child(e.worker("permanent"))
		e.wantErr("terminate", sup.terminate(permanent), nil)
		sup.wantStates("")
		sup.wantAlive()
	}),
	passes("DYN-006", func(e *env) {
		sup := e.start(dynsupervisor.Intensity(10, time.Second))
		permanent, _ := sup.child(e.worker("a"))
		transient, _ := sup.child(e.worker("a").Restart(supervisor.Transient))
		for _, tt := range []struct {
			child   workerRef
			reasons []error
		}{
			{permanent, []error{process.Normal, process.Shutdown, errBoom, process.Killed}},
			{transient, []error{errBoom, process.Killed}},
		} {
			for _, reason := range tt.reasons {
				before := e.Resolve(tt.child.Dest())
				e.end(tt.child, reason)
				if now := e.Resolve(tt.child.Dest()); now == before || !now.Alive() {
					e.Errorf("after %v it runs as %v, before as %v", reason, now, before)
				}
			}
		}
		sup.wantStates("a:running a:running")
	}),
	changed("DYN-007", "The reason is a process.ShutdownReason with a *supervisor.GaveUp that says which child and why; it is clean as well.", func(e *env) {
		sup := e.start()
		var children []workerRef
		for range 5 {
			ref, _ := sup.child(e.worker("a"))
			children = append(children, ref)
		}
		for _, ref := range children[:3] {
			e.crash(ref)
			sup.wantAlive()
		}
		e.crash(children[3])
		sup.wantGaveUp()
		var gaveUp *supervisor.GaveUp
		reason := sup.fate.Reason()
		if errors.As(reason, &gaveUp); !process.Clean(reason) || gaveUp.ID != "a" || gaveUp.Reason != errBoom {
			e.Errorf("the reason is %v", reason)
		}
	}),
}

// startRetrying starts a supervisor with one child, a, which ended and whose restart is put off by its back-off, for two minutes at most.
func (e *env) startRetrying(opts ...dynsupervisor.Option) (sup *sup, a workerRef, former process.PID) {
	e.Helper()
	e.take()
	sup = e.start(append(opts, dynsupervisor.Backoff(2*time.Minute, 2*time.Minute))...)
	a, _ = sup.child(e.worker("a"))
	e.crash(a) // the first restart is at once
	former = e.Resolve(a.Dest())
	e.crash(a)
	e.want("+a -a(boom) +a -a(boom)")
	return sup, a, former
}

var retryCases = []conformance.Case{
	passes("DYN-009", func(e *env) {
		sup, a, _ := e.startRetrying(dynsupervisor.MaxChildren(1))
		sup.wantStates("a:restarting")
		e.wantErr("while it is restarting", sup.fails(e.worker("b")), dynsupervisor.ErrMaxChildren)
		time.Sleep(2 * time.Minute)
		sup.wantStates("a:running")
		e.wantErr("once it is restarted", sup.fails(e.worker("b")), dynsupervisor.ErrMaxChildren)
		e.plan("a", fail, ignore) // it ends its restart by not starting
		time.Sleep(3 * time.Minute)
		e.crash(a)
		time.Sleep(3 * time.Minute)
		sup.wantStates("")
		sup.child(e.worker("b"))
	}),
	passes("DYN-014", func(e *env) {
		sup := e.start()
		a, _ := sup.child(e.worker("a"))
		e.plan("a", ignore)
		e.crash(a)
		e.want("+a -a(boom) !a")
		sup.wantStates("")
		sup.wantCounts(supervisor.Counts{})

		for _, how := range []plan{fail, junk} {
			sup, a, _ := e.startRetrying(dynsupervisor.Intensity(100, time.Hour))
			e.plan("a", how)
			time.Sleep(2 * time.Minute) // the restart that was put off fails, and the next is put off
			e.want("!a")
			sup.wantStates("a:restarting")
			sup.wantCounts(supervisor.Counts{Specs: 1, Workers: 1})
			if _, err := a.Dest().Resolve(e.Node); err != process.NoProc {
				e.Errorf("its reference leads somewhere: %v", err)
			}
			time.Sleep(2 * time.Minute)
			e.want("+a")
			sup.wantCounts(supervisor.Counts{Specs: 1, Active: 1, Workers: 1})
		}
	}),
	passes("DYN-015", func(e *env) {
		for n, lives := range map[int]bool{1: false, 2: true} {
			sup := e.start(dynsupervisor.Intensity(n, time.Second))
			a, _ := sup.child(e.worker("a"))
			e.plan("a", fail)
			e.crash(a)
			if !lives {
				e.want("+a -a(boom) !a")
				sup.wantGaveUp()
				continue
			}
			e.want("+a -a(boom) !a +a")
			sup.wantAlive()
			sup.wantStates("a:running")
		}
	}),
	passes("DYN-016", func(e *env) {
		sup := e.start(dynsupervisor.Intensity(3, time.Second))
		a, _ := sup.child(e.worker("a"))
		sup.child(e.worker("b"))
		e.plan("a", fail, fail, fail, fail, fail)
		e.crash(a)
		e.want("+a +b -a(boom) !a !a !a -b(shutdown)")
		sup.wantGaveUp()
	}),
	passes("DYN-017", func(e *env) {
		sup, _, former := e.startRetrying()
		e.wantErr("terminate", sup.terminate(former), nil)
		sup.wantStates("")
		sup.wantCounts(supervisor.Counts{})
		time.Sleep(time.Hour)
		e.want("")
		e.wantErr("a second time", sup.terminate(former), supervisor.ErrNotFound)

		// The same while it is tried again and again: each attempt takes a while, so that others get their turn.
		sup = e.start(dynsupervisor.Intensity(1000, time.Hour))
		slow := workerOptions{}
		a, former := sup.child(supervisor.Server("a", func() *worker {
			w := &worker{e: e, id: "a", workerOptions: slow}
			slow.startTakes = time.Second
			return w
		}))
		failures := make([]plan, 100)
		for i := range failures {
			failures[i] = fail
		}
		e.plan("a", failures...)
		e.crash(a)
		time.Sleep(3500 * time.Millisecond)
		e.wantErr("terminate", sup.terminate(former), nil)
		e.want("+a -a(boom) !a !a !a !a")
		time.Sleep(time.Hour)
		e.want("")
		sup.wantStates("")
	}),
}

var stopCases = []conformance.Case{
	passes("DYN-018", func(e *env) {
		sup := e.start()
		for _, id := range []string{"a", "b", "c"} {
			sup.child(e.worker(id, workerOptions{stopTakes: 100 * time.Millisecond}))
		}
		e.want("+a +b +c")
		if d := took(func() { e.wantErr("stop", dynsupervisor.Stop(e.Ctx, sup), nil) }); d != 100*time.Millisecond {
			e.Errorf("it took %v", d)
		}
		e.wantInAnyOrder("-a(shutdown)", "-b(shutdown)", "-c(shutdown)")
	}),
	passes("DYN-019", func(e *env) {
		sup := e.start()
		var fates []*proctest.Fate
		for _, c := range []supervisor.Child[workerRef]{
			e.worker("brutal").Shutdown(supervisor.BrutalKill),
			e.worker("slow", workerOptions{stopTakes: time.Minute}).Shutdown(time.Second),
			e.worker("docile", workerOptions{noTrap: true, stopTakes: time.Minute}).Shutdown(time.Second),
			e.worker("patient", workerOptions{stopTakes: time.Minute}).Shutdown(supervisor.Infinity),
		} {
			_, pid := sup.child(c)
			fates = append(fates, e.Watch(pid))
		}
		if d := took(func() { e.wantErr("stop", dynsupervisor.Stop(e.Ctx, sup), nil) }); d != time.Minute {
			e.Errorf("it took %v", d)
		}
		for i, want := range []error{process.Killed, process.Killed, process.Shutdown, process.Shutdown} {
			fates[i].Want(want)
		}
	}),
}

// The context of a caller bounds its wait and not the start.
func TestStartOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnv(t)
		sup := e.start()
		soon, cancel := context.WithTimeout(e.Ctx, time.Second)
		defer cancel()
		_, err := dynsupervisor.StartChild(soon, sup, e.worker("a", workerOptions{startTakes: time.Minute}))
		e.wantErr("start", err, genserver.ErrTimeout)
		sup.wantStates("a:running")
	})
}
