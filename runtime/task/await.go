package task

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// DefaultTimeout is how long Await waits whose context has no deadline, and how
// long an item of a stream may take.
const DefaultTimeout = genserver.DefaultTimeout

var (
	// ErrTimeout says that a result did not come in time. It is a
	// context.DeadlineExceeded for errors.Is.
	ErrTimeout = process.ErrTimeout
	// ErrNotOwner says that a process waits for another's task.
	ErrNotOwner = errors.New("not the owner of the task")
	// ErrOption says that an option makes no sense; nothing was started.
	ErrOption = errors.New("invalid option")
)

// Await waits for the result, until ctx ends or, if that has no deadline, for
// DefaultTimeout. It returns what the task's function returned, or an
// *ExitError if there is no result, or at once ErrNotOwner; again and again, if
// it is called so.
//
// After ErrTimeout, or when ctx was cancelled, the task runs on and may be
// awaited again. Elixir's await exits then, and a linked task dies with its
// caller; in Go the caller decides: [Task.Shutdown] ends it.
//
// A process that awaits a task, in a callback, while the task calls that
// process waits for itself: that call, or the Await if it comes later, fails
// with a *process.DeadlockError. (Elixir: Task.await/2.)
func (t *Task[T]) Await(ctx context.Context) (T, error) {
	if err := t.check(ctx); err != nil {
		return t.nothing(err)
	}
	if !t.isSettled() {
		runtime.Gosched() // mostly there is nothing to wait for then
	}
	if !t.isSettled() {
		limit := DefaultTimeout
		if _, bounded := ctx.Deadline(); bounded {
			limit = supervisor.Infinity
		}
		if err := t.waitAlone(ctx, limit); err != nil {
			return t.nothing(fmt.Errorf("await task %v: %w", t.PID(), err))
		}
	}
	return t.value, t.err
}

// Yield waits for d, or until ctx ends, and looks whether the task is done;
// zero only looks, supervisor.Infinity waits for ctx alone. If it is, v and err are what Await returns. If it is not,
// err is nil, or why it could not wait: the context's error, ErrNotOwner. The
// task runs on. (Elixir: Task.yield/2.)
func (t *Task[T]) Yield(ctx context.Context, d time.Duration) (v T, done bool, err error) {
	if err := t.check(ctx); err != nil {
		return v, false, err
	}
	if !t.isSettled() && (d > 0 || d == supervisor.Infinity) {
		err = t.wait(ctx, d)
	}
	if t.isSettled() {
		return t.value, true, t.err
	}
	if err == ErrTimeout && ctx.Err() == nil {
		err = nil
	}
	return v, false, err
}

// Shutdown ends the task and returns when it has ended. The link to its owner
// is broken first. The task is asked to end, with process.Shutdown, which ends
// its context; after limit it is killed. Zero kills at once
// (supervisor.BrutalKill), supervisor.Infinity never. A function that does not
// watch its context is abandoned by a kill: it may run on until it returns.
//
// If the task has a result, or makes one of the exit signal because it traps
// exits, done is true and v and err are what Await returns, as when it had
// crashed or had to be killed. If it just ended as asked, done is false and
// err nil. If ctx ends meanwhile, or belongs to another process than the
// task's owner, done is false and err says so; the task that was asked stays
// asked. (Elixir: Task.shutdown/2.)
func (t *Task[T]) Shutdown(ctx context.Context, limit time.Duration) (v T, done bool, err error) {
	if err := t.check(ctx); err != nil {
		return v, false, err
	}
	t.unlink()
	if t.isSettled() {
		return t.value, true, t.err
	}
	asked := process.Killed
	if limit != supervisor.BrutalKill {
		asked = process.Shutdown
		t.exit(ctx, process.Shutdown)
		if err := t.wait(ctx, limit); err != nil && ctx.Err() != nil {
			return v, false, err
		}
	}
	if !t.isSettled() {
		t.exit(ctx, process.Kill)
	}
	if _, err := process.Wait(ctx, t.PID()); err != nil {
		return v, false, reasonOf(ctx)
	}
	if end, ok := t.err.(*ExitError); t.exited && ok && end.Reason == asked { // and not a crash that stems from another's
		return v, false, nil
	}
	return t.value, true, t.err
}

// exit sends an exit signal to the task's process on behalf of ctx's, also if
// that is killed meanwhile, since there is no link any more that would do it.
func (t *Task[T]) exit(ctx context.Context, reason error) {
	process.Exit(ctx, t.PID(), reason)
	if self, ok := process.SelfOf(ctx); ok && !self.Alive() {
		process.Exit(context.Background(), t.PID(), reason)
	}
}

// Ignore lets the task run on without its owner: it breaks the link between
// them and cancels every Notify. It returns what Yield returns. (Elixir:
// Task.ignore/1.)
func (t *Task[T]) Ignore() (v T, done bool, err error) {
	t.unlink()
	t.forget(func(l listener) bool { _, isNotice := l.(notice[T]); return isNotice })
	if !t.isSettled() {
		return v, false, nil
	}
	return t.value, true, t.err
}

// unlink breaks the link to the owner.
func (t *Task[T]) unlink() {
	if pid := t.PID(); t.scope.owner != nil && !pid.IsZero() {
		t.scope.owner.Unlink(pid)
	}
}

func (t *Task[T]) isSettled() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.settled
}

func (t *Task[T]) nothing(err error) (none T, _ error) { return none, err }

// check refuses a process that does not own the task.
func (t *Task[T]) check(ctx context.Context) error {
	owner := t.scope.owner
	if owner == nil {
		return nil
	}
	if self, ok := process.SelfOf(ctx); ok && self != owner.Self() {
		return fmt.Errorf("%w: %v started task %v, %v did not", ErrNotOwner, owner.Self(), t.PID(), self)
	}
	return nil
}

// waitAlone is wait for a caller who does nothing else until then.
func (t *Task[T]) waitAlone(ctx context.Context, limit time.Duration) error {
	over, err := process.Waiting(ctx, t.PID())
	if err != nil {
		return err
	}
	defer over()
	return t.wait(ctx, limit)
}

// wait waits until the task is settled, for limit at most.
func (t *Task[T]) wait(ctx context.Context, limit time.Duration) (err error) {
	var expired <-chan time.Time
	if limit != supervisor.Infinity {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-t.Done():
		return nil
	case <-expired:
		err = ErrTimeout
	case <-ctx.Done():
		err = reasonOf(ctx)
	}
	if t.isSettled() {
		return nil
	}
	return err
}

// reasonOf is why a wait ended whose context has ended.
func reasonOf(ctx context.Context) error {
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return ErrTimeout
}
