package application_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/application"
)

const (
	port  application.Key[int]    = "port"
	port2 application.Key[string] = "port" // the same name, another type
	note  application.Key[error]  = "note"
)

// Keys differ if their names or their types do.
func TestKeysAreTyped(t *testing.T) {
	bubble(t, func(e *env) {
		a := &application.App{Name: "a", Env: []application.Setting{port.Value(80)}}
		ctx := e.ctl.In(e.Ctx, a)
		if err := port2.Put(ctx, "eighty"); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprintln(port.Get(ctx, 0), port2.Get(ctx, "")); got != "80 eighty\n" {
			t.Errorf("got %q", got)
		}
	})
}

// A nil interface is a value like any other.
func TestNilIsAValue(t *testing.T) {
	bubble(t, func(e *env) {
		ctx := e.ctl.In(e.Ctx, &application.App{Name: "a"})
		var unset *application.Unset
		if _, err := note.Fetch(ctx); !errors.As(err, &unset) {
			t.Errorf("before: %v", err)
		}
		if err := note.Put(ctx, nil); err != nil {
			t.Error(err)
		}
		if v, err := note.Fetch(ctx); v != nil || err != nil {
			t.Errorf("after: %v, %v", v, err)
		}
	})
}

// What was put stays over a stop and a new start; another controller has its own.
func TestEnvironmentOutlivesARun(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.app("a")
		a.Env = []application.Setting{port.Value(80)}
		if err := port.Put(e.ctl.In(e.Ctx, a), 90); err != nil {
			t.Error(err)
		}
		for range 2 {
			e.start(a)
			if got := port.Get(e.inTree("a"), 0); got != 90 {
				t.Errorf("in the tree: %d", got)
			}
			wantErr(t, "stop", e.ctl.Stop(e.Ctx, a), nil)
		}
		if got := port.Get(new(application.Controller).In(e.Ctx, a), 0); got != 80 {
			t.Errorf("of another controller: %d", got)
		}
	})
}

func TestEnvironmentConcurrently(t *testing.T) {
	var ctl application.Controller
	a := &application.App{Name: "a", Env: []application.Setting{port.Value(80)}}
	ctx := ctl.In(t.Context(), a)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 100 {
				_ = port.Put(ctx, i)
				_ = note.Delete(ctx)
				if got := port.Get(ctx, -1); got < 0 {
					t.Error("the value is gone")
				}
			}
		})
	}
	wg.Wait()
}
