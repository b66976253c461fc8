package application_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// TestConformance runs the APP cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) {
	conformance.Run(t, "APP", orderCases, endCases, stateCases)
}

func passes(id string, test func(e *env)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: func(t *testing.T) { test(newEnv(t)) }}
}

func changed(id, why string, test func(e *env)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Changed, Why: why, Test: func(t *testing.T) { test(newEnv(t)) }}
}

var orderCases = []conformance.Case{
	passes("APP-001", func(e *env) {
		a, b, c := e.chain()
		started, err := e.ctl.EnsureAllStarted(e.Ctx, c)
		if got := names(started); got != "a b c" || err != nil {
			e.Errorf("started %s, %v", got, err)
		}
		e.want("+a, +b, +c")
		e.wantRunning("a", "b", "c")
		wantErr(e.T, "stop", e.ctl.Stop(e.Ctx, c), nil)
		started, err = e.ctl.EnsureAllStarted(e.Ctx, a, b, c)
		if got := names(started); got != "c" || err != nil {
			e.Errorf("started %s, %v; want only what did not run", got, err)
		}
	}),
	passes("APP-002", func(e *env) {
		_, _, c := e.chain()
		e.start(c)
		e.want("+a, +b, +c")
		wantErr(e.T, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		e.want("c.prep_stop, c tree down, c.stop, b.prep_stop, b tree down, b.stop, a.prep_stop, a tree down, a.stop")
		wantErr(e.T, "start after it", e.ctl.Start(e.Ctx, c), application.ErrShutdown)
	}),
	passes("APP-003", func(e *env) {
		_, b, _ := e.chain()
		var not *application.NotStarted
		if err := e.ctl.Start(e.Ctx, b); !errors.As(err, &not) || not.App != "a" || not.For != "b" {
			e.Errorf("start: %v", err)
		}
		e.want("")
		e.wantRunning()
	}),
	passes("APP-004", func(e *env) {
		a, b, _ := e.chain()
		wantErr(e.T, "start", e.ctl.Start(e.Ctx, a), nil)
		var already *application.AlreadyStarted
		if err := e.ctl.Start(e.Ctx, a); !errors.As(err, &already) || already.App != "a" {
			e.Errorf("second start: %v", err)
		}
		e.want("+a")
		var not *application.NotStarted
		if err := e.ctl.Stop(e.Ctx, b); !errors.As(err, &not) || not.App != "b" || not.For != "" {
			e.Errorf("stop of what does not run: %v", err)
		}
	}),
	passes("APP-007", func(e *env) {
		a, _, c := e.chain()
		e.start(c)
		e.want("+a, +b, +c")
		wantErr(e.T, "stop", e.ctl.Stop(e.Ctx, a), nil)
		e.want("a.prep_stop, a tree down, a.stop")
		e.wantRunning("b", "c")
		e.wantDown("", nil)
	}),
}

// endings is what an application's tree may end with by itself, and what that is seen as.
var endings = []struct{ reason, seen error }{
	{process.Normal, process.Normal},
	{process.Shutdown, process.Shutdown},
	{errBoom, errBoom},
	{process.Kill, process.Killed},
}

// ends lets b of a, b, c end with each reason; down says which take the node down.
func ends(mode application.Mode, down func(reason error) bool) func(e *env) {
	return func(e *env) {
		for _, end := range endings {
			e.ctl = new(application.Controller)
			e.Log()
			a, b, c := e.chain()
			b.Mode = mode
			e.start(c)
			e.want("+a, +b, +c")
			ended := "b tree down, "
			if end.reason == process.Kill { // then the children of the tree hear of it when the application does
				ended, e.quiet = "", "b tree down"
			}
			e.end("b", end.reason)
			if down(end.reason) {
				e.wantDown("b", end.seen)
				e.want(ended + "b.prep_stop, b.stop, c.prep_stop, c tree down, c.stop, a.prep_stop, a tree down, a.stop")
			} else {
				e.wantDown("", nil)
				e.wantRunning("a", "c")
				e.want(ended + "b.prep_stop, b.stop")
			}
			e.quiet = ""
			e.wantLogged("application ended", "application=b", "mode="+mode.String(), fmt.Sprintf("reason=%v", end.seen))
			for _, app := range []*application.App{c, a} {
				e.ctl.Stop(e.Ctx, app)
			}
			e.want(map[bool]string{false: "c.prep_stop, c tree down, c.stop, a.prep_stop, a tree down, a.stop"}[down(end.reason)])
		}
	}
}

var endCases = []conformance.Case{
	passes("APP-008", func(e *env) {
		var app application.App
		if app.Mode != application.Temporary {
			e.Errorf("the default is %v", app.Mode)
		}
	}),
	passes("APP-009", func(e *env) {
		ends(application.Permanent, func(error) bool { return true })(e)
		// The exit code is 1: Run fails.
		e.ctl = new(application.Controller)
		app := e.app("a")
		app.Mode = application.Permanent
		ended := e.run(e.Ctx, app)
		e.end("a", process.Normal)
		var down *application.NodeDown
		if err := <-ended; !errors.As(err, &down) || down.App != "a" {
			e.Errorf("run: %v", err)
		}
	}),
	passes("APP-010", func(e *env) {
		ends(application.Transient, func(reason error) bool { return reason != process.Normal })(e)
		e.want("")
		// A tree that gives up does it with a shutdown.
		e.ctl = new(application.Controller)
		app := e.app("a")
		app.Mode = application.Transient
		app.Start = func(context.Context) (application.Instance, error) {
			crash := supervisor.Func("crash", func(context.Context) error { return errBoom })
			return application.Instance{
				Tree: supervisor.Supervisor("a", supervisor.OneForOne, []supervisor.Spec{crash}),
				Stop: func(context.Context) { e.add("a.stop") },
			}, nil
		}
		e.start(app)
		e.want("a.stop")
		e.wantDown("a", process.Shutdown)
	}),
	passes("APP-011", ends(application.Temporary, func(error) bool { return false })),
	passes("APP-012", func(e *env) {
		app := e.app("a")
		app.Start = func(context.Context) (application.Instance, error) {
			inst := e.instance("a")
			inst.PrepStop = func(context.Context) {
				if _, err := inst.Tree.Ref().Dest().Resolve(e.Node); err == nil {
					e.Error("prep_stop: the tree is alive")
				}
				e.add("a.prep_stop")
			}
			return inst, nil
		}
		e.start(app)
		e.end("a", errBoom)
		e.want("+a, a tree down, a.prep_stop, a.stop")
		e.wantRunning()
	}),
}

var stateCases = []conformance.Case{
	changed("APP-013", "There is no fetch! that raises: Fetch returns an error, *Unset for a key without a value and ErrNoApplication for a context without an application. "+
		"Keys have types, and the application is the context's own, or named with Controller.In.", func(e *env) {
		app := e.app("a")
		app.Env = []application.Setting{port.Value(80)}
		e.start(app)
		for _, ctx := range []context.Context{e.inTree("a"), e.ctl.In(e.Ctx, app)} {
			if got := port.Get(ctx, 1); got != 80 {
				e.Errorf("get: %d", got)
			}
			if got, err := port.Fetch(ctx); got != 80 || err != nil {
				e.Errorf("fetch: %d, %v", got, err)
			}
			wantErr(e.T, "put", port.Put(ctx, 90), nil)
			if got := port.Get(e.inTree("a"), 1); got != 90 {
				e.Errorf("get after put: %d", got)
			}
			wantErr(e.T, "delete", port.Delete(ctx), nil)
			if got := port.Get(ctx, 1); got != 1 {
				e.Errorf("get after delete: %d, want the default", got)
			}
			var unset *application.Unset
			if _, err := port.Fetch(ctx); !errors.As(err, &unset) || *unset != (application.Unset{App: "a", Key: "port"}) {
				e.Errorf("fetch after delete: %v", err)
			}
			wantErr(e.T, "put again", port.Put(ctx, 80), nil)
		}
		if got := port.Get(e.Ctx, 1); got != 1 {
			e.Errorf("get without an application: %d, want the default", got)
		}
		_, err := port.Fetch(e.Ctx)
		wantErr(e.T, "fetch without an application", err, application.ErrNoApplication)
		wantErr(e.T, "put without an application", port.Put(e.Ctx, 1), application.ErrNoApplication)
		wantErr(e.T, "delete without an application", port.Delete(e.Ctx), application.ErrNoApplication)
	}),
	changed("APP-014", "The state is variables that Start shares with the functions it returns, so it keeps its type.", func(e *env) {
		app := e.app("a")
		runs := 0
		app.Start = func(context.Context) (application.Instance, error) {
			inst := e.instance("a")
			runs++
			state := fmt.Sprint("state ", runs)
			inst.PrepStop = func(context.Context) {
				e.add("prep_stop " + state)
				state += " prepared"
			}
			inst.Stop = func(context.Context) { e.add("stop " + state) }
			return inst, nil
		}
		for range 2 {
			e.start(app)
			wantErr(e.T, "stop", e.ctl.Stop(e.Ctx, app), nil)
		}
		e.want("+a, prep_stop state 1, a tree down, stop state 1 prepared, +a, prep_stop state 2, a tree down, stop state 2 prepared")
	}),
}

// run runs applications until ctx ends.
func (e *env) run(ctx context.Context, apps ...*application.App) (ended <-chan error) {
	done, ctl := make(chan error, 1), e.ctl
	go func() { done <- ctl.Run(ctx, apps...) }()
	synctest.Wait()
	return done
}

// TestGoldenTrace holds an event list that was observed on Erlang/OTP.
func TestGoldenTrace(t *testing.T) {
	bubble(t, func(e *env) {
		_, _, c := e.chain()
		ctx, cancel := context.WithCancel(e.Ctx)
		ended := e.run(ctx, c)
		e.want("+a, +b, +c")
		cancel()
		wantErr(t, "run", <-ended, nil)
		e.want("c.prep_stop, c tree down, c.stop, b.prep_stop, b tree down, b.stop, a.prep_stop, a tree down, a.stop")
	})
}
