package application

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/otplint/otplint/runtime/process"
)

// Key is the name and the type of one value in an application's environment;
// two keys are the same if both are. Its methods work on the environment of
// the application that the context belongs to: the context of Start and of
// every process of its tree, whatever is made from one, and that of
// [Controller.In]. They are safe for concurrent use.
//
// A process belongs to the application whose tree it was started in with a
// link; finding it takes a step for each supervisor above. Read the environment
// where something starts, not for each message, and only your own: hand a
// library what it needs to know. (OTP: application:get_env.)
type Key[T any] string

// Setting is a key with a value.
type Setting struct{ key, value any }

// Value is a default for [App.Env].
func (k Key[T]) Value(v T) Setting { return Setting{k, v} }

// Get reads the value, or returns or if there is none.
func (k Key[T]) Get(ctx context.Context, or T) T {
	if v, err := k.Fetch(ctx); err == nil {
		return v
	}
	return or
}

// Fetch reads the value. It fails with *Unset, or with ErrNoApplication if the
// context belongs to no application.
func (k Key[T]) Fetch(ctx context.Context) (v T, err error) {
	e := envOf(ctx)
	if e == nil {
		return v, fmt.Errorf("%w: key %q", ErrNoApplication, string(k))
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	stored, ok := e.values[k].(T)
	if _, set := e.values[k]; !ok && !set {
		return v, &Unset{e.app.Name, string(k)}
	}
	return stored, nil
}

// Put sets the value, until the controller is gone: a stop and a new start of
// the application leave it. It fails with ErrNoApplication.
func (k Key[T]) Put(ctx context.Context, v T) error {
	return k.change(ctx, func(e *env) { e.values[k] = v })
}

// Delete takes the value away; there may be none. It fails with
// ErrNoApplication.
func (k Key[T]) Delete(ctx context.Context) error {
	return k.change(ctx, func(e *env) { delete(e.values, k) })
}

func (k Key[T]) change(ctx context.Context, do func(*env)) error {
	e := envOf(ctx)
	if e == nil {
		return fmt.Errorf("%w: key %q", ErrNoApplication, string(k))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	do(e)
	return nil
}

// ErrNoApplication says that a context belongs to no application.
var ErrNoApplication = errors.New("application: the context belongs to no application")

// Unset says that a key has no value in an application's environment.
type Unset struct{ App, Key string }

func (e *Unset) Error() string {
	return fmt.Sprintf("application: %q has no value for key %q", e.App, e.Key)
}

// env is the environment of one application. It is there before the first
// start and stays after a stop.
type env struct {
	app    *App
	mu     sync.RWMutex
	values map[any]any // by Key
}

func newEnv(app *App) *env {
	e := &env{app: app, values: make(map[any]any, len(app.Env))}
	for _, s := range app.Env {
		e.values[s.key] = s.value
	}
	return e
}

// envKey finds the environment that Controller.In gave a context.
type envKey struct{}

// envOf is the environment that ctx reaches, or nil.
func envOf(ctx context.Context) *env {
	if e, ok := ctx.Value(envKey{}).(*env); ok {
		return e
	}
	if m := masterOf(ctx); m != nil {
		return m.env
	}
	return nil
}

// masterOf is the master of the application that ctx's process belongs to, or
// nil: the first among those who started it with a link, and those who started
// them. (OTP: application:get_application/1, by the group leader.)
func masterOf(ctx context.Context) *master {
	pid, _ := process.SelfOf(ctx)
	for !pid.IsZero() {
		if m, ok := process.BehaviourOf(pid).(*master); ok {
			return m
		}
		info, _ := process.InfoOf(ctx, pid)
		pid = info.Parent
	}
	return nil
}

// ControllerOf is the controller of the application that ctx belongs to, for
// parts of a program that look at the others or start some; false if ctx
// belongs to none.
func ControllerOf(ctx context.Context) (*Controller, bool) {
	if m := masterOf(ctx); m != nil {
		return m.ctl, true
	}
	return nil, false
}
