package task

import (
	"context"
	"fmt"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Supervisor is a supervisor for tasks, as a child of a supervisor: a dynamic
// supervisor, with its options, such as dynsupervisor.MaxChildren. Tasks may
// share one with other children. (Elixir: Task.Supervisor.)
func Supervisor(id string, opts ...dynsupervisor.Option) supervisor.Child[dynsupervisor.Ref] {
	return dynsupervisor.New(id, opts...)
}

// Option is an option of a supervised task.
type Option func(*settings)

type settings struct{ shutdown time.Duration }

// Shutdown sets how long the task may take to end when its supervisor stops
// it. The default is 5 s; see supervisor.Child.Shutdown.
func Shutdown(limit time.Duration) Option { return func(s *settings) { s.shutdown = limit } }

// AsyncIn is [Async] for a task that runs under a supervisor as well, which
// stops it when it stops itself and does not restart it. It fails as
// dynsupervisor.StartChild does, with dynsupervisor.ErrMaxChildren among
// others; ctx bounds the start too, and a task that is started too late is ended
// at once. (Elixir: Task.Supervisor.async/3.)
func AsyncIn[T any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], f func(ctx context.Context) (T, error), opts ...Option) (*Task[T], error) {
	return async(ctx, sup, f, true, opts)
}

// AsyncNoLink is AsyncIn without the link: a crash of the task does not reach
// its owner but by Await, and the task runs on when its owner ends. Its
// context has the values of ctx and does not end with it. (Elixir:
// Task.Supervisor.async_nolink/3.)
func AsyncNoLink[T any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], f func(ctx context.Context) (T, error), opts ...Option) (*Task[T], error) {
	return async(ctx, sup, f, false, opts)
}

// StartIn is [Start] under a supervisor: f runs once, for its effect. What is to
// be restarted is started with dynsupervisor.StartChild, as a [Child] with
// another Restart. (Elixir: Task.Supervisor.start_child/3.)
func StartIn(ctx context.Context, sup genserver.To[*dynsupervisor.Sup], f func(ctx context.Context) error, opts ...Option) (process.PID, error) {
	var b pidOf
	s := &scope{from: ctx}
	s.owner, _ = process.ContextOf(ctx)
	child := childOf(opts, func(own context.Context) error {
		s.own = own
		return f(s)
	})
	if _, err := dynsupervisor.StartChild(ctx, sup, child.Via(&b)); err != nil {
		return process.PID{}, err
	}
	return b.pid, nil
}

// pidOf is a registry that learns the process.
type pidOf struct{ pid process.PID }

func (b *pidOf) Register(pid process.PID) error { b.pid = pid; return nil }

// childOf is the child that a task is.
func childOf(opts []Option, f func(context.Context) error) supervisor.Child[process.Dest] {
	s := settings{shutdown: DefaultTimeout}
	for _, opt := range opts {
		opt(&s)
	}
	return Child("task", f).Shutdown(s.shutdown)
}

func async[T any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], f func(context.Context) (T, error), linked bool, opts []Option) (*Task[T], error) {
	t := new(Task[T])
	t.prepare(ctx, function[T](f), linked)
	if err := t.spawnIn(sup, linked, opts); err != nil {
		return nil, err
	}
	return t, nil
}

// spawnIn starts the process under a supervisor, linked to the owner if that
// is wanted and there is one.
func (t *Task[T]) spawnIn(sup genserver.To[*dynsupervisor.Sup], linked bool, opts []Option) error {
	child := childOf(opts, t.run)
	if linked && t.scope.owner != nil {
		child = child.Via(linkedBirth[T]{(*birth[T])(t)})
	} else {
		child = child.Via((*birth[T])(t))
	}
	if _, err := dynsupervisor.StartChild(t.scope.from, sup, child); err != nil {
		err = fmt.Errorf("start a task: %w", err)
		t.giveUp(err)
		return err
	}
	return nil
}

// linkedBirth is a birth of a task that another process starts for the owner.
type linkedBirth[T any] struct{ *birth[T] }

// Register registers and links in one step: a start that is given up meanwhile
// finds the link, and breaks it before it has the process end.
func (b linkedBirth[T]) Register(pid process.PID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.register(pid); err != nil { // of which the owner must not hear by a link
		return err
	}
	if owner := b.scope.owner.Self(); !process.Join(owner, pid) {
		return fmt.Errorf("link to %v: %w", owner, process.NoProc)
	}
	return nil
}
