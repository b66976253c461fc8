package dynsupervisor

import (
	"context"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Factory is the reference to a dynamic supervisor whose children are all
// made alike, of an A each. It is a Ref as well.
type Factory[A, T any] struct {
	Ref
	child func(A) supervisor.Child[T]
}

// Template is New for children that are all made by one function. What they
// share, the function closes over; arg is what they do not. (OTP: the
// arguments of the child spec and of start_child together; Elixir:
// extra_arguments.)
func Template[A, T any](id string, child func(arg A) supervisor.Child[T], opts ...Option) supervisor.Child[Factory[A, T]] {
	o := optionsOf(opts)
	check := func(id string) error {
		if child == nil {
			return &supervisor.SpecError{ID: id, Problem: supervisor.MissingStart}
		}
		return o.validate(id)
	}
	sup := supervisor.Supervising(supervisor.Server(id, newSup(id, o), o.process()...), check)
	return supervisor.Map(sup, func(r Ref) Factory[A, T] { return Factory[A, T]{r, child} })
}

// StartChild makes the child of arg, in the caller, and starts it as
// [StartChild] does. A restart is of the same child: arg is not asked for
// again. The zero Factory reaches nobody.
func (f Factory[A, T]) StartChild(ctx context.Context, arg A) (T, error) {
	if f.child == nil {
		var zero T
		return zero, process.NoProc
	}
	return StartChild(ctx, f, f.child(arg))
}
