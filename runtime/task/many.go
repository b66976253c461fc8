package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otplint/otplint/runtime/supervisor"
)

// AwaitAll waits for the results of all tasks, in their order, until ctx ends
// or, if that has no deadline, for DefaultTimeout. It returns the error of the
// first that fails without waiting for the others, which run on; tasks that
// should not are started with a context that is cancelled then. It fails as
// Await does, but finds no circles. (Elixir: Task.await_many/2.)
func AwaitAll[T any](ctx context.Context, tasks ...*Task[T]) ([]T, error) {
	limit := DefaultTimeout
	if _, bounded := ctx.Deadline(); bounded {
		limit = supervisor.Infinity
	}
	values := make([]T, len(tasks))
	failed := false
	err := collect(ctx, limit, tasks, func(i int) (bool, error) {
		values[i] = tasks[i].value
		failed = tasks[i].err != nil
		return true, tasks[i].err
	})
	switch {
	case failed:
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("await %d tasks: %w", len(tasks), err)
	}
	return values, nil
}

// YieldOption is an option of YieldMany.
type YieldOption func(*yielding)

type yielding struct {
	limit        int
	ignore, kill bool
}

// Limit makes YieldMany return as soon as n tasks are done.
func Limit(n int) YieldOption { return func(y *yielding) { y.limit = n } }

// IgnoreLate makes YieldMany ignore the tasks that are not done when the time
// is over; see Task.Ignore.
func IgnoreLate() YieldOption { return func(y *yielding) { y.ignore = true } }

// KillLate makes YieldMany kill the tasks that are not done when the time is
// over; see Task.Shutdown.
func KillLate() YieldOption { return func(y *yielding) { y.kill = true } }

// YieldMany waits for d, or until ctx ends, for the tasks to be done. It
// returns one entry for each task, in their order, nil for those that are not;
// with the error of ctx if that ends, or ErrNotOwner if one is another process's. (Elixir:
// Task.yield_many/2.)
func YieldMany[T any](ctx context.Context, d time.Duration, tasks []*Task[T], opts ...YieldOption) ([]*Done[T], error) {
	y := yielding{limit: len(tasks)}
	for _, opt := range opts {
		opt(&y)
	}
	if len(tasks) > 0 && y.limit < 1 {
		return nil, fmt.Errorf("%w: Limit(%d): at least 1", ErrOption, y.limit)
	}
	ended := make([]*Done[T], len(tasks))
	left := y.limit
	err := collect(ctx, d, tasks, func(i int) (bool, error) {
		o := tasks[i].outcome()
		ended[i] = &o
		left--
		return left > 0, nil
	})
	if err == nil || errors.Is(err, ErrNotOwner) || ctx.Err() != nil {
		return ended, err
	}
	for i, t := range tasks {
		if ended[i] == nil {
			ended[i] = late(ctx, t, y)
		}
	}
	return ended, nil
}

// late deals with a task that is not done in time, and returns how it ended
// if it just has.
func late[T any](ctx context.Context, t *Task[T], y yielding) *Done[T] {
	var v T
	var done bool
	var err error
	switch {
	case y.kill:
		v, done, err = t.Shutdown(ctx, supervisor.BrutalKill)
	case y.ignore:
		v, done, err = t.Ignore()
	}
	if !done {
		return nil
	}
	return &Done[T]{Task: t, Value: v, Err: err}
}

// collect tells take of each task as it is done, until that asks for no more
// or fails, or until limit is over or ctx ends, whose error it then returns.
func collect[T any](ctx context.Context, limit time.Duration, tasks []*Task[T], take func(i int) (more bool, err error)) error {
	for _, t := range tasks {
		if err := t.check(ctx); err != nil {
			return err
		}
	}
	done := make(chan int, len(tasks))
	for i, t := range tasks {
		t.listen(signal{done, i})
	}
	defer func() {
		for _, t := range tasks {
			t.forget(func(l listener) bool { s, ok := l.(signal); return ok && s.done == done })
		}
	}()
	var expired <-chan time.Time
	if limit != supervisor.Infinity {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		expired = timer.C
	}
	for range tasks {
		i, err := next(ctx, done, expired)
		if err != nil {
			return err
		}
		if more, err := take(i); !more || err != nil {
			return err
		}
	}
	return nil
}

// next is the task that is done next. What is done already counts also when
// the time is over.
func next(ctx context.Context, done <-chan int, expired <-chan time.Time) (int, error) {
	select {
	case i := <-done:
		return i, nil
	default:
	}
	select {
	case i := <-done:
		return i, nil
	case <-expired:
		return 0, ErrTimeout
	case <-ctx.Done():
		return 0, reasonOf(ctx)
	}
}

// signal is a listener that tells a channel, which has room.
type signal struct {
	done chan int
	i    int
}

func (s signal) hear() { s.done <- s.i }
