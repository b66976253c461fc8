package supervisor

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Resource is how siblings hold what an Opened or a Closer child has opened.
type Resource[V any] struct{ slot *slot }

// Get is the value of the incarnation that runs, or process.NoProc. Get it
// for each use: after a restart it is another one.
func (r Resource[V]) Get() (V, error) {
	if r.slot != nil {
		if i := r.slot.running(); i != nil {
			return i.value.(opened[V]).value, nil
		}
	}
	var none V
	return none, process.NoProc
}

// Dest is the child's process, to monitor it.
func (r Resource[V]) Dest() process.Dest { return r.slot }

// Opened is a child that opens something, such as a listener or a
// connection, before its siblings start, and then serves it.
//
// open runs in the child's process as part of its start: an error, a panic or
// a runtime.Goexit in it fails the start, process.ErrIgnore ignores it. serve
// gets what open returned, works until ctx ends, and closes the value before
// it returns, which no one else does. It is called for every value that was
// opened, with an ended ctx if the child was stopped meanwhile.
//
// An incarnation that was killed may still hold what it opened until its
// serve notices; the next open waits for that, at most for the child's
// shutdown time (5 s if that is BrutalKill or Infinity).
func Opened[V any](id string, open func(context.Context) (V, error), serve func(context.Context, V) error) Child[Resource[V]] {
	s := newSpec(id)
	if open != nil && serve != nil {
		s.start = (&opener[V]{open: open, serve: serve}).start
	}
	return Child[Resource[V]]{s: s, ref: Resource[V]{s.slot}}
}

// Closer is a child that opens something in its start and closes it when it
// stops: a database, for its siblings to use. A restart opens it anew.
func Closer[V io.Closer](id string, open func(context.Context) (V, error)) Child[Resource[V]] {
	return Opened(id, open, func(ctx context.Context, v V) error {
		<-ctx.Done()
		return v.Close()
	})
}

// opened wraps the value, so that a nil interface keeps its type.
type opened[V any] struct{ value V }

// opener starts the incarnations of an Opened child.
type opener[V any] struct {
	open   func(context.Context) (V, error)
	serve  func(context.Context, V) error
	former atomic.Pointer[run]
}

// run is one incarnation's run of open and serve.
type run struct{ over chan struct{} }

// start spawns the child and waits until it has opened or is dead.
func (o *opener[V]) start(c *process.Context, s *spec) (started, error) {
	this := &run{over: make(chan struct{})}
	if former := o.former.Swap(this); former != nil {
		former.await(c, s.shutdown)
	}
	result := make(chan started, 1)
	pid, err := process.SpawnLink(c, func(c *process.Context) error {
		defer close(this.over)
		ctx := s.context(c)
		v, err := o.open(ctx)
		switch {
		case errors.Is(err, process.ErrIgnore):
			result <- started{}
			return nil
		case err != nil:
			return err
		}
		result <- started{pid: c.Self(), value: opened[V]{v}}
		return o.serve(ctx, v)
	})
	if err != nil {
		close(this.over)
		return started{}, err
	}
	return outcome(c, pid, result)
}

// outcome waits for the result of an open, or for the death of pid before.
func outcome(c *process.Context, pid process.PID, result <-chan started) (started, error) {
	ctx, cancel := context.WithCancel(c)
	defer cancel()
	died := make(chan error, 1)
	go func() {
		reason, err := process.Wait(ctx, pid)
		if err != nil {
			reason = err // the supervisor itself was killed
		}
		died <- reason
	}()
	var got started
	select {
	case got = <-result:
	case reason := <-died:
		select {
		case got = <-result: // it opened, and is dead already
		default:
			return started{}, reason
		}
	}
	if got.pid.IsZero() {
		return started{}, process.ErrIgnore
	}
	return got, nil
}

// await waits until the run is over, but not for ever.
func (r *run) await(ctx context.Context, limit time.Duration) {
	if limit <= 0 {
		limit = defaultShutdown
	}
	select {
	case <-r.over:
	case <-ctx.Done():
	case <-time.After(limit):
	}
}
