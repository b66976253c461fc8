package task

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Task is a function that runs, or has run, in a process of its own, and its
// result. It is safe for concurrent use. (Elixir: the struct Task.)
type Task[T any] struct {
	work  work[T]
	scope scope
	pid   process.PID // set before the work is done

	mu      sync.Mutex
	settled bool
	exited  bool // err is the end of the process, not f's
	value   T
	err     error
	done    chan struct{} // made when somebody waits
	first   listener      // hears of the end, as do more; mostly there is one at most
	more    []listener
}

// work is what a task does.
type work[T any] interface {
	do(ctx context.Context) (T, error)
}

type function[T any] func(context.Context) (T, error)

func (f function[T]) do(ctx context.Context) (T, error) { return f(ctx) }

// listener is who wants to know that a task is settled. It hears on whatever
// goroutine settles it and must be quick.
type listener interface{ hear() }

// ExitError is the failure of a task that ended without a result. Reason is
// the exit reason of its process: a *process.PanicError, a
// *process.GoexitError, or the reason of an exit signal. errors.Is and As see
// through to it.
type ExitError struct {
	Task   process.PID
	Reason error
}

func (e *ExitError) Error() string { return fmt.Sprintf("task %v exited: %v", e.Task, e.Reason) }

func (e *ExitError) Unwrap() error { return e.Reason }

// Async runs f in a process of its own and returns at once. If ctx is the
// context of a process, or made from it, the task is linked to that process
// and belongs to it; else it is linked to nobody. See the package comment for
// what f's context is and what a link does. (Elixir: Task.async/1.)
func Async[T any](ctx context.Context, f func(ctx context.Context) (T, error)) *Task[T] {
	t := new(Task[T])
	t.prepare(ctx, function[T](f), true)
	t.spawn(t.scope.owner)
	return t
}

// Completed is a task that has ended with v and never ran. (Elixir:
// Task.completed/1.)
func Completed[T any](v T) *Task[T] {
	return &Task[T]{value: v, settled: true}
}

// Start runs f in a process of its own, linked to nobody, for its effect. f's
// context has the values of ctx and does not end with it: what an HTTP handler
// starts so survives the request. An error that f returns is a crash, which is
// logged. In a program that stops in an orderly way use [StartIn]. (Elixir:
// Task.start/1.)
func Start(ctx context.Context, f func(ctx context.Context) error) (process.PID, error) {
	return process.Spawn(ctx, detached(ctx, f))
}

// StartLink is Start for a process that is linked to c's, which a crash of f
// reaches. (Elixir: Task.start_link/1.)
func StartLink(c *process.Context, f func(ctx context.Context) error) (process.PID, error) {
	return process.SpawnLink(c, detached(c, f))
}

// Child is a child of a supervisor that runs f once. It is Temporary unless
// told otherwise; else as supervisor.Func. (Elixir: use Task.)
func Child(id string, f func(ctx context.Context) error) supervisor.Child[process.Dest] {
	return supervisor.Func(id, f).Restart(supervisor.Temporary)
}

// detached is f with a context of its own process and the caller's values.
func detached(ctx context.Context, f func(context.Context) error) func(*process.Context) error {
	s := &scope{from: ctx}
	s.owner, _ = process.ContextOf(ctx)
	return func(c *process.Context) error {
		s.own = c
		return f(s)
	}
}

// prepare makes t ready to run. bound says whether its context ends with ctx.
func (t *Task[T]) prepare(ctx context.Context, w work[T], bound bool) {
	t.work = w
	t.scope.from, t.scope.bound = ctx, bound
	t.scope.owner, _ = process.ContextOf(ctx)
}

// spawn starts the process, linked to another unless that is nil.
func (t *Task[T]) spawn(link *process.Context) {
	var err error
	code := func(c *process.Context) error { return t.run(c) }
	if link != nil {
		_, err = process.SpawnLink(link, code, process.WithVia((*birth[T])(t)))
	} else {
		_, err = process.Spawn(t.scope.from, code, process.WithVia((*birth[T])(t)))
	}
	if err != nil {
		t.fail(fmt.Errorf("start a task: %w", err))
	}
}

// run is the code of the process. An exit signal outruns a result that is not
// there yet, as it would in OTP.
func (t *Task[T]) run(own context.Context) error {
	t.scope.own = own
	defer t.scope.release()
	w := t.work
	t.work = nil // the Task may live for long
	v, err := w.do(&t.scope)
	if own.Err() == nil {
		t.settle(v, err, false)
	}
	return nil
}

// birth is a task as the registry that its process registers in when it
// starts: what is done then is done before f runs.
type birth[T any] Task[T]

var errGivenUp = errors.New("the start of the task was given up")

func (b *birth[T]) Register(pid process.PID) error {
	t := (*Task[T])(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	return b.register(pid)
}

// register is Register with t.mu held.
func (b *birth[T]) register(pid process.PID) error {
	b.pid = pid
	if b.settled {
		return errGivenUp
	}
	return nil
}

// Leave hears of the end of the process.
func (b *birth[T]) Leave(reason error) {
	var none T
	(*Task[T])(b).settle(none, &ExitError{Task: b.pid, Reason: reason}, true)
}

// fail settles a task that could not be started.
func (t *Task[T]) fail(err error) {
	var none T
	t.settle(none, err, false)
}

// giveUp fails a task whose start nobody waits for any more. A process that
// starts later does not run the work, and one that has started is asked to end.
func (t *Task[T]) giveUp(err error) {
	t.fail(err)
	if pid := t.PID(); !pid.IsZero() {
		t.unlink()
		process.Exit(context.Background(), pid, process.Shutdown)
	}
}

// settle writes down how the task ended. The first word counts: a result
// before the end of the process, and the end before what an abandoned
// function returns.
func (t *Task[T]) settle(v T, err error, exited bool) {
	t.mu.Lock()
	if t.settled {
		t.mu.Unlock()
		return
	}
	t.settled, t.exited, t.value, t.err = true, exited, v, err
	first, more := t.first, t.more
	t.first, t.more = nil, nil
	if t.done != nil {
		close(t.done)
	}
	t.mu.Unlock()
	if first != nil {
		first.hear()
	}
	for _, l := range more {
		l.hear()
	}
}

// listen has l told when the task is settled, at once if it is.
func (t *Task[T]) listen(l listener) {
	t.mu.Lock()
	switch {
	case t.settled:
		t.mu.Unlock()
		l.hear()
		return
	case t.first == nil:
		t.first = l
	default:
		t.more = append(t.more, l)
	}
	t.mu.Unlock()
}

// forget drops the listeners that match.
func (t *Task[T]) forget(match func(listener) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first != nil && match(t.first) {
		t.first = nil
	}
	kept := t.more[:0:0]
	for _, l := range t.more {
		if !match(l) {
			kept = append(kept, l)
		}
	}
	t.more = kept
}

// PID is the task's process, the zero PID of a Completed task and of one that
// could not be started.
func (t *Task[T]) PID() process.PID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pid
}

// Done is closed when the task has a result or has ended without one: then
// Await does not wait.
func (t *Task[T]) Done() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done == nil {
		t.done = make(chan struct{})
		if t.settled {
			close(t.done)
		}
	}
	return t.done
}
