package application_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/otplint/otplint/runtime/application"
)

// What is wrong with an application is said before any is started.
func TestBadApplications(t *testing.T) {
	ring := &application.App{Name: "x"}
	ring.Needs = []*application.App{{Name: "y", Needs: []*application.App{ring}}}
	self := &application.App{Name: "self"}
	self.Needs = []*application.App{self}
	needs := func(app *application.App) *application.App {
		return &application.App{Name: "top", Needs: []*application.App{app}}
	}
	for _, tt := range []struct {
		app     *application.App
		problem application.Problem
		path    []string
		text    string
	}{
		{nil, application.NilApp, []string{"<nil>"}, `application: "<nil>": it is nil`},
		{needs(nil), application.NilApp, []string{"top", "<nil>"}, `application: "top needs <nil>": it is nil`},
		{&application.App{}, application.MissingName, []string{""}, `application: "": it has no name`},
		{needs(&application.App{Name: "top"}), application.DuplicateName, []string{"top", "top"},
			`application: "top needs top": another application has the same name`},
		{needs(ring), application.CyclicNeeds, []string{"top", "x", "y", "x"}, `application: "top needs x needs y needs x": it needs itself`},
		{self, application.CyclicNeeds, []string{"self", "self"}, `application: "self needs self": it needs itself`},
		{needs(&application.App{Name: "a", Mode: 3}), application.InvalidMode, []string{"top", "a"},
			`application: "top needs a": its mode is none of Temporary, Transient and Permanent`},
		{&application.App{Name: "a", Env: make([]application.Setting, 1)}, application.InvalidSetting, []string{"a"},
			`application: "a": a setting of its environment is the zero value; make them with Key.Value`},
	} {
		t.Run(tt.text, func(t *testing.T) {
			bubble(t, func(e *env) {
				good := e.app("good")
				_, err := e.ctl.EnsureAllStarted(e.Ctx, good, tt.app)
				var bad *application.SpecError
				if !errors.As(err, &bad) || bad.Problem != tt.problem || !slices.Equal(bad.Path, tt.path) || err.Error() != tt.text {
					t.Errorf("ensure: %v, want %s", err, tt.text)
				}
				if err := e.ctl.Start(e.Ctx, tt.app); !errors.As(err, &bad) {
					t.Errorf("start: %v", err)
				}
				if err := e.ctl.Run(e.Ctx, good, tt.app); !errors.As(err, &bad) {
					t.Errorf("run: %v", err)
				}
				e.want("")
			})
		})
	}
	bubble(t, func(e *env) {
		var bad *application.SpecError
		if err := e.ctl.Stop(e.Ctx, nil); !errors.As(err, &bad) || bad.Problem != application.NilApp {
			t.Errorf("stop: %v", err)
		}
		if ctx := e.ctl.In(e.Ctx, nil); ctx != e.Ctx {
			t.Error("In(nil) made a context")
		}
	})
}

// A name is taken while the application that has it runs.
func TestNameOfARunningApplication(t *testing.T) {
	bubble(t, func(e *env) {
		first, second := e.app("a"), e.app("a")
		e.start(first)
		var bad *application.SpecError
		if err := e.ctl.Start(e.Ctx, second); !errors.As(err, &bad) || bad.Problem != application.DuplicateName {
			t.Errorf("start: %v", err)
		}
		wantErr(t, "stop", e.ctl.Stop(e.Ctx, first), nil)
		wantErr(t, "start", e.ctl.Start(e.Ctx, second), nil)
	})
}

// A diamond is no cycle, and what several need starts once.
func TestDiamond(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.app("a")
		e.start(e.app("d", e.app("b", a), e.app("c", a)))
		e.want("+a, +b, +c, +d")
	})
}

// A library runs nothing, but is started, listed, needed and stopped as others are.
func TestLibrary(t *testing.T) {
	bubble(t, func(e *env) {
		lib := &application.App{Name: "lib", Env: []application.Setting{port.Value(80)}}
		app := e.app("app", lib)
		var not *application.NotStarted
		if err := e.ctl.Start(e.Ctx, app); !errors.As(err, &not) || not.App != "lib" {
			t.Errorf("start without it: %v", err)
		}
		e.start(app)
		e.wantRunning("lib", "app")
		if got := port.Get(e.ctl.In(e.inTree("app"), lib), 0); got != 80 {
			t.Errorf("its environment: %d", got)
		}
		if got := port.Get(e.inTree("app"), 0); got != 0 {
			t.Errorf("its environment is also that of who needs it: %d", got)
		}
		wantErr(t, "stop", e.ctl.Stop(e.Ctx, lib), nil)
		e.wantRunning("app")
	})
}
