// Package supervisor: SKELETON of the public API, being replaced by the real thing.
package supervisor

import (
	"context"
	"io"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// Sup is the state of a supervisor's process.
type Sup struct{ _ int }

func (s *Sup) Init(c *genserver.Context) genserver.Result { panic("skeleton") }

type Ref = genserver.Ref[*Sup]

type spec struct{ _ int }

// Child is one child: its spec, and the reference T that its siblings hold. Made by Server, Func, Serve, Opened, Closer, Supervisor, Init.
type Child[T any] struct {
	s   *spec
	ref T
}

func (c Child[T]) spec() *spec                       { return c.s }
func (c Child[T]) Ref() T                            { return c.ref }
func (c Child[T]) ID(id string) Child[T]             { panic("skeleton") }
func (c Child[T]) Restart(r Restart) Child[T]        { panic("skeleton") }
func (c Child[T]) Shutdown(d time.Duration) Child[T] { panic("skeleton") } // BrutalKill, Infinity or a time
func (c Child[T]) Significant() Child[T]             { panic("skeleton") }

// Spec is any Child[T].
type Spec interface{ spec() *spec }

func Map[T, U any](c Child[T], f func(T) U) Child[U] { panic("skeleton") }

type Restart uint8

const (
	Permanent Restart = iota + 1
	Transient
	Temporary
)

type Strategy uint8

const (
	OneForOne Strategy = iota + 1
	OneForAll
	RestForOne
)

const (
	BrutalKill time.Duration = 0
	Infinity   time.Duration = -1
)

type AutoShutdownMode uint8

const (
	Never AutoShutdownMode = iota
	AnySignificant
	AllSignificant
)

type Flag func(*Sup)

func Intensity(n int, period time.Duration) Flag { panic("skeleton") }
func AutoShutdown(m AutoShutdownMode) Flag       { panic("skeleton") }
func Named(name process.Name) Flag               { panic("skeleton") } // registers the supervisor's own process

type Service interface {
	Serve(ctx context.Context) error
}

// Resource is how siblings hold what an Opened or Closer child opened.
type Resource[V any] struct{ _ *int }

func (r Resource[V]) Get() (V, error) { panic("skeleton") } // the running incarnation's value, or process.NoProc

func Server[S genserver.Server](id string, newServer func() S, opts ...genserver.Option) Child[genserver.Ref[S]] {
	panic("skeleton")
}
func Func(id string, f func(ctx context.Context) error) Child[process.Dest] { panic("skeleton") }
func Serve(id string, newService func() Service) Child[process.Dest]        { panic("skeleton") }
func Opened[V any](id string, open func(context.Context) (V, error), serve func(context.Context, V) error) Child[Resource[V]] {
	panic("skeleton")
}
func Closer[V io.Closer](id string, open func(context.Context) (V, error)) Child[Resource[V]] {
	panic("skeleton")
}
func Supervisor(id string, s Strategy, children []Spec, flags ...Flag) Child[Ref] { panic("skeleton") }
func Init(id string, f func(c *genserver.Context) (Strategy, []Spec, []Flag, error)) Child[Ref] {
	panic("skeleton")
}

func Start(ctx context.Context, root Child[Ref]) (Ref, error)    { panic("skeleton") }
func StartLink(c *process.Context, root Child[Ref]) (Ref, error) { panic("skeleton") }
func Run(ctx context.Context, root Child[Ref]) error             { panic("skeleton") } // until ctx ends, then ordered stop
func Stop(ctx context.Context, sup genserver.To[*Sup]) error     { panic("skeleton") }
func StartChild[T any](ctx context.Context, sup genserver.To[*Sup], c Child[T]) (T, error) {
	panic("skeleton")
}
func TerminateChild(ctx context.Context, sup genserver.To[*Sup], id string) error { panic("skeleton") }
func RestartChild(ctx context.Context, sup genserver.To[*Sup], id string) error   { panic("skeleton") }
func DeleteChild(ctx context.Context, sup genserver.To[*Sup], id string) error    { panic("skeleton") }
func WhichChildren(ctx context.Context, sup genserver.To[*Sup]) ([]ChildInfo, error) {
	panic("skeleton")
}
func CountChildren(ctx context.Context, sup genserver.To[*Sup]) (Counts, error) { panic("skeleton") }
func ChildSpec(ctx context.Context, sup genserver.To[*Sup], id string) (SpecInfo, error) {
	panic("skeleton")
}

type State uint8

const (
	Running State = iota + 1
	Stopped       // OTP: undefined
	Restarting
)

type Type uint8

const (
	Worker Type = iota + 1
	SupervisorType
)

type ChildInfo struct {
	ID    string
	PID   process.PID
	State State
	Type  Type
}
type Counts struct{ Specs, Active, Supervisors, Workers int }
type SpecInfo struct {
	ID          string
	Restart     Restart
	Shutdown    time.Duration
	Type        Type
	Significant bool
}
