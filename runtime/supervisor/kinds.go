package supervisor

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// Server is a child that is a genserver. newServer makes the state of each
// incarnation and runs in its process; opts are those of genserver.StartLink.
func Server[S genserver.Server](id string, newServer func() S, opts ...genserver.Option) Child[genserver.Ref[S]] {
	s := newSpec(id)
	if newServer != nil {
		opts = slices.Clone(opts)
		s.start = func(c *process.Context, s *spec, _ *slot) (started, error) {
			ref, err := genserver.StartLink(c, newServer, s.options(opts...)...)
			return startedRef(c, ref, err)
		}
	}
	return newChild(s, func(at *slot) genserver.Ref[S] { return genserver.RefTo[S](at) })
}

// startedRef is what a start of a genserver came to.
func startedRef[S any](ctx context.Context, ref genserver.Ref[S], err error) (started, error) {
	if err != nil {
		return started{}, err
	}
	pid, err := ref.Dest().Resolve(process.NodeOf(ctx))
	return started{pid: pid}, err
}

// Func is a child that is a plain function. It runs in a process of its own:
// ctx ends when the child is asked to stop, and f should return then. A nil
// return is process.Normal, an error or a panic a crash. The start does not
// wait for f; see [Opened] for one that does.
//
// Children are Permanent unless told otherwise: a function that does its work
// and returns nil is started again, until the supervisor gives up. Make it
// Transient or Temporary.
func Func(id string, f func(ctx context.Context) error) Child[process.Dest] {
	s := newSpec(id)
	if f != nil {
		s.start = func(c *process.Context, s *spec, _ *slot) (started, error) {
			pid, err := process.SpawnLink(c, func(c *process.Context) error { return f(s.context(c)) }, s.options()...)
			return started{pid: pid}, err
		}
	}
	return newChild(s, func(at *slot) process.Dest { return at })
}

// Process is a child that is a plain process: it gets messages with
// process.Receive, and ends by returning, as the function of a Func does.
func Process(id string, f func(c *process.Context) error) Child[process.Dest] {
	s := newSpec(id)
	if f != nil {
		s.start = func(c *process.Context, s *spec, _ *slot) (started, error) {
			pid, err := process.SpawnLink(c, f, s.options()...)
			return started{pid: pid}, err
		}
	}
	return newChild(s, func(at *slot) process.Dest { return at })
}

// Service is suture's shape of a long-running service: Serve works until ctx
// ends. A nil return is process.Normal, an error or a panic a crash; a
// Permanent child, the default, is restarted after either.
type Service interface {
	Serve(ctx context.Context) error
}

// Serve is a child that is a Service. newService makes one for each
// incarnation, as part of the start: a restart begins with a clean state, and
// a panic in newService is a failed start.
func Serve(id string, newService func() Service) Child[process.Dest] {
	var open func(context.Context) (Service, error)
	if newService != nil {
		open = func(context.Context) (Service, error) {
			if service := newService(); service != nil {
				return service, nil
			}
			return nil, errNilService
		}
	}
	return Map(Opened(id, open, func(ctx context.Context, service Service) error { return service.Serve(ctx) }),
		func(r Resource[Service]) process.Dest { return r.slot })
}

var errNilService = errors.New("supervisor: newService returned nil")

// shutdownKey finds a child's shutdown time in its context.
type shutdownKey struct{}

// context is what the function of a child gets for its process's context.
func (s *spec) context(c *process.Context) context.Context {
	return context.WithValue(c, shutdownKey{}, s.shutdown)
}

// ShutdownTime is how long the child that ctx belongs to may take to stop
// once ctx has ended, as [Child.Shutdown] set it: a server that drains its
// clients first needs to know. It is Infinity for a child without a limit and
// for a context that belongs to no Func, Serve, Opened or Closer child.
func ShutdownTime(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(shutdownKey{}).(time.Duration); ok {
		return d
	}
	return Infinity
}

// Supervisor is a child that is a supervisor, or the root of a tree. Its
// children are started in the order of the list, each after the start before
// it has returned, and stopped in reverse. Its shutdown time is Infinity, so
// that its own children have theirs.
//
// If a child fails to start, those before it are stopped in reverse and the
// supervisor exits with process.ShutdownReason and a *StartError.
//
// The list is validated, with all that is below, before anything starts: see
// [SpecError].
func Supervisor(id string, strategy Strategy, children []Spec, list ...Flag) Child[Ref] {
	children, list = slices.Clone(children), slices.Clone(list)
	child := Init(id, func(*genserver.Context) (Strategy, []Spec, []Flag, error) { return strategy, children, list, nil })
	child.s.check = func(s *spec) error {
		f, err := flagsOf(s.id, strategy, list)
		if err == nil {
			_, err = specsOf(s.id, children, f.auto)
		}
		return err
	}
	return child
}

// Init is a supervisor whose children are computed: f runs in the
// supervisor's process, anew for each incarnation, and returns what
// [Supervisor] takes. With the error process.ErrIgnore the start is ignored;
// any other error fails it. (OTP: the callback init/1.)
func Init(id string, f func(c *genserver.Context) (Strategy, []Spec, []Flag, error)) Child[Ref] {
	s := newSpec(id)
	s.typ, s.shutdown = SupervisorType, Infinity
	if f != nil {
		s.start = func(c *process.Context, s *spec, _ *slot) (started, error) {
			ref, err := genserver.StartLink(c, newSup(s.id, f), s.options()...)
			return startedRef(c, ref, err)
		}
		s.root = func(ctx context.Context, s *spec) (started, error) {
			ref, err := genserver.Start(ctx, newSup(s.id, f), s.options()...)
			return startedRef(ctx, ref, err)
		}
	}
	return newChild(s, func(at *slot) Ref { return genserver.RefTo[*Sup](at) })
}
