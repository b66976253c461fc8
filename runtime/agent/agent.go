package agent

import (
	"context"
	"errors"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Ref is the reference to an agent that keeps an S.
type Ref[S any] = genserver.Ref[*Agent[S]]

// Agent is the state of an agent's process, which is a genserver. Others
// reach it by Ref only; the type's name is for references by name
// (genserver.Named[*Agent[S]]) and for partitions and registries of agents.
type Agent[S any] struct {
	init  func() S
	value S
}

// Child is a child of a supervisor that is an agent. init makes the value of
// each incarnation and runs in its process, as part of the start: a restarted
// agent begins with a new value.
func Child[S any](id string, init func() S, opts ...genserver.Option) supervisor.Child[Ref[S]] {
	return supervisor.Server(id, maker(init), opts...)
}

// Start starts an agent and waits for init. The context bounds the start and
// names the node; it is not the agent's lifetime. It fails as genserver.Start
// does: a panic in init is a *process.PanicError, and one that takes longer
// than genserver.StartTimeout is genserver.ErrTimeout. In a program, a
// supervisor starts agents: see [Child]. (Elixir: Agent.start/2.)
func Start[S any](ctx context.Context, init func() S, opts ...genserver.Option) (Ref[S], error) {
	return genserver.Start(ctx, maker(init), opts...)
}

// StartLink is Start with a link between the agent and the process that
// starts it. (Elixir: Agent.start_link/2.)
func StartLink[S any](c *process.Context, init func() S, opts ...genserver.Option) (Ref[S], error) {
	return genserver.StartLink(c, maker(init), opts...)
}

func maker[S any](init func() S) func() *Agent[S] {
	if init == nil {
		return nil
	}
	return func() *Agent[S] { return &Agent[S]{init: init} }
}

// errNilFunc refuses to send a nil function, which would crash the agent for all.
var errNilFunc = errors.New("agent: the function is nil")

// Get returns what f makes of the value: a copy, nothing that later changes.
// It waits until ctx ends or, if that has no deadline, for
// genserver.DefaultTimeout, and fails with a *genserver.CallError. (Elixir:
// Agent.get/3.)
func Get[S, R any](ctx context.Context, a Ref[S], f func(S) R) (R, error) {
	if f == nil {
		var none R
		return none, errNilFunc
	}
	return genserver.Call(ctx, a, get[S, R]{f: f})
}

// Update replaces the value by what f makes of it, and returns when that is
// done. It waits and fails as [Get] does; after a timeout f may still be run.
// (Elixir: Agent.update/3.)
func Update[S any](ctx context.Context, a Ref[S], f func(S) S) error {
	if f == nil {
		return errNilFunc
	}
	_, err := genserver.Call(ctx, a, update[S]{f: f})
	return err
}

// GetAndUpdate is Get and Update in one: f returns first what the caller gets
// and second the new value. (Elixir: Agent.get_and_update/3.)
func GetAndUpdate[S, R any](ctx context.Context, a Ref[S], f func(S) (R, S)) (R, error) {
	if f == nil {
		var none R
		return none, errNilFunc
	}
	return genserver.Call(ctx, a, getAndUpdate[S, R]{f: f})
}

// Do is GetAndUpdate for a function that waits for something or calls others:
// it gets the context of the agent, not of the caller. That context ends when
// the agent is asked to stop, so that f can return; a call with it that would
// reach the agent itself, or close a circle, fails at once.
func Do[S, R any](ctx context.Context, a Ref[S], f func(ctx context.Context, value S) (R, S)) (R, error) {
	if f == nil {
		var none R
		return none, errNilFunc
	}
	return genserver.Call(ctx, a, do[S, R]{f: f})
}

// Cast is Update that does not wait: whether f is run nobody learns. Functions
// of one goroutine are run in order, those of Cast and the others alike.
// (Elixir: Agent.cast/2.)
func Cast[S any](ctx context.Context, a Ref[S], f func(S) S) {
	if f != nil { // for a caller's mistake the agent should not pay
		genserver.Cast(ctx, a, cast[S]{f: f})
	}
}

// Stop ends an agent as process.Normal once it has run what came before, and
// waits until it has ended. A supervisor restarts a Permanent one.
// genserver.Stop takes another reason and says how it fails. (Elixir:
// Agent.stop/3.)
func Stop[S any](ctx context.Context, a Ref[S]) error {
	return genserver.Stop(ctx, a, process.Normal)
}
