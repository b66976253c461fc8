package genserver

import (
	"context"
	"fmt"
	"reflect"

	"github.com/otplint/otplint/runtime/process"
)

// Ref is how a program holds a server of type S. The reference that a start
// returns means that one incarnation and is dead after it; Named references
// and those of a supervisor's child find whichever incarnation runs. A Ref is
// comparable and safe for concurrent use; the zero Ref reaches nobody.
//
// A package may embed it in a type of its own to give references methods.
type Ref[S any] struct {
	_ [0]*S // else a Ref[A] could be converted to a Ref[B]
	a *addr
}

// addr is where a reference leads.
type addr struct{ dest process.Dest }

// own is the destination of a reference that a start returned: there is no
// doubt about the type of its server.
type own struct{ process.PID }

func (r Ref[S]) target(S) *addr { return r.a }

// Dest is the reference as a destination for process.Send, Monitor, Link.
func (r Ref[S]) Dest() process.Dest {
	if r.a == nil {
		return process.PID{}
	}
	if o, ok := r.a.dest.(own); ok {
		return o.PID
	}
	return r.a.dest
}

// IsZero reports whether the reference is the zero one.
func (r Ref[S]) IsZero() bool { return r.a == nil }

func (r Ref[S]) String() string { return r.a.String() }

func (a *addr) String() string {
	if a == nil {
		return "the zero Ref"
	}
	return fmt.Sprint(a.dest)
}

// To is a destination for messages to servers of type S: a Ref[S], or any
// struct that embeds one.
type To[S any] interface{ target(S) *addr }

// Named refers to the server that has the name when a message is sent. A call
// to a server of another type fails with ErrWrongServer.
func Named[S any](name process.Name) Ref[S] { return RefTo[S](name) }

// RefTo makes a reference of any destination, for registries and supervisors.
func RefTo[S any](d process.Dest) Ref[S] {
	if d == nil {
		return Ref[S]{}
	}
	return Ref[S]{a: &addr{dest: d}}
}

// View refers to the same server by an interface that its type implements, so
// that messages for the interface may be sent to it. The function proves that
// S implements I: it is never called, func(s S) I { return s } will do.
func View[I, S any](r Ref[S], proof func(S) I) Ref[I] { return Ref[I]{a: r.a} }

// resolve finds the process now, and checks that its server is an S.
func resolve[S any](ctx context.Context, a *addr) (process.PID, error) {
	if a != nil {
		if o, ok := a.dest.(own); ok {
			return o.PID, nil
		}
	}
	return lookUp(ctx, a, reflect.TypeFor[S]())
}

func lookUp(ctx context.Context, a *addr, want reflect.Type) (process.PID, error) {
	if a == nil {
		return process.PID{}, process.NoProc
	}
	pid, err := a.dest.Resolve(process.NodeOf(ctx))
	if err != nil {
		return process.PID{}, err
	}
	s, ok := process.BehaviourOf(pid).(*server)
	if !ok || !s.kind.is(want) {
		return process.PID{}, ErrWrongServer
	}
	return pid, nil
}
