package supervisor

import (
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Child describes one child of a supervisor. Starting it yields a T: the
// reference by which siblings and clients reach it.
//
// A Child value stands for one child, not for a template: its methods return
// copies with another setting that are still the same child, and a child
// that runs cannot be started a second time, under whatever supervisor.
// Make a Child for each. The zero Child is no valid child.
type Child[T any] struct {
	s     *spec
	ref   T
	refTo func(*slot) T // makes such a reference to another start of the child
}

func newChild[T any](s *spec, refTo func(*slot) T) Child[T] {
	return Child[T]{s: s, ref: refTo(s.slot), refTo: refTo}
}

// Spec is any Child[T], as a supervisor's list of children holds it.
type Spec interface{ spec() *spec }

func (c Child[T]) spec() *spec { return c.s }

// Ref is the reference to whatever incarnation of the child runs. It may be
// taken before the child is started, and it survives restarts without a
// name. While the child does not run, what uses the reference fails with
// process.NoProc; that includes the child's own start.
func (c Child[T]) Ref() T { return c.ref }

// ID changes the child's id, which is unique among the children of its supervisor.
func (c Child[T]) ID(id string) Child[T] {
	return c.with(func(s *spec) { s.id = id })
}

// Restart sets when the child is restarted. The default is Permanent.
func (c Child[T]) Restart(r Restart) Child[T] {
	return c.with(func(s *spec) { s.restart = r })
}

// Shutdown sets how long the child may take to stop after it was asked to:
// BrutalKill, Infinity or a time. The default is 5 s, for supervisors
// Infinity.
//
// A child that takes longer is killed. A goroutine cannot be: if it is busy
// the child is abandoned, that is, dead for everyone at once, its name free,
// what it sends with its own context refused, and a warning with its stack
// logged; but its code may go on running beside its replacement until it
// returns. Code that may take long should therefore watch its context, which
// ends when the child is asked to stop; [ShutdownTime] tells it how long it has.
func (c Child[T]) Shutdown(d time.Duration) Child[T] {
	return c.with(func(s *spec) { s.shutdown = d })
}

// Significant lets the child's own end stop its supervisor, as the
// supervisor's AutoShutdown says. Such a child is Transient or Temporary.
func (c Child[T]) Significant() Child[T] {
	return c.with(func(s *spec) { s.significant = true })
}

// Named registers the child's process under a name of the node, at its start
// and at each restart. The start fails with *process.AlreadyStarted if another
// process has the name.
func (c Child[T]) Named(name process.Name) Child[T] {
	return c.with(func(s *spec) { s.name = name })
}

// Via registers the child's process in a registry, at its start and at each
// restart. The start fails with *process.AlreadyStarted if another process
// has the entry. (Elixir: name: {:via, Registry, _}.)
func (c Child[T]) Via(r process.Registration) Child[T] {
	return c.with(func(s *spec) { s.via = r })
}

// At is the reference that the child has to whatever process d leads to: a
// registry's entry, say, that the child has taken with [Child.Via]. The value
// of a Resource is not found that way.
func (c Child[T]) At(d process.Dest) T {
	if c.refTo == nil {
		return c.ref
	}
	return c.refTo(&slot{id: c.s.id, alias: d})
}

func (c Child[T]) with(set func(*spec)) Child[T] {
	if c.s == nil {
		return c
	}
	s := *c.s
	set(&s)
	c.s = &s
	return c
}

// Map gives the child another kind of reference: f makes it of the present
// one, whenever one is needed. A package uses it to hide that its child is a
// genserver, or to put methods on the reference.
func Map[T, U any](c Child[T], f func(T) U) Child[U] {
	if c.refTo == nil { // the zero Child
		return Child[U]{s: c.s, ref: f(c.ref)}
	}
	return newChild(c.s, func(s *slot) U { return f(c.refTo(s)) })
}
