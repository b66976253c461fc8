package supervisor

import (
	"context"
	"io"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/process"
)

// Resource is how siblings hold what an Opened or a Closer child has opened.
type Resource[V any] struct{ slot *slot }

// Get is the value of the incarnation that runs, or process.NoProc. Get it
// for each use: after a restart it is another one.
func (r Resource[V]) Get() (V, error) {
	if i := r.slot.running(); i != nil {
		return i.value.(opened[V]).value, nil
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
	return newChild(s, func(at *slot) Resource[V] { return Resource[V]{at} })
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
	open  func(context.Context) (V, error)
	serve func(context.Context, V) error
}

// tenure is the time for which one incarnation holds what it opens.
type tenure struct {
	begun   atomic.Bool   // the process has come to run, or never will
	outcome chan outcome  // of open
	over    chan struct{} // closed when serve has returned
}

type outcome struct {
	value any
	err   error
}

// start spawns the child and waits until it has opened or is dead.
func (o *opener[V]) start(c *process.Context, s *spec, at *slot) (started, error) {
	this := &tenure{outcome: make(chan outcome, 1), over: make(chan struct{})}
	if former := at.former.Swap(this); former != nil {
		former.await(c, s.shutdown)
	}
	pid, err := process.SpawnLink(c, func(c *process.Context) error { return o.run(s.context(c), this) }, s.options()...)
	if err != nil {
		close(this.over)
		return started{}, err
	}
	opened := this.result(c, pid)
	if !pid.Alive() && this.begun.CompareAndSwap(false, true) { // killed before it ran
		close(this.over)
	}
	return started{pid: pid, value: opened.value}, opened.err
}

// run is the child's process.
func (o *opener[V]) run(ctx context.Context, this *tenure) error {
	if !this.begun.CompareAndSwap(false, true) {
		return process.Killed
	}
	defer close(this.over)
	v, err := o.tryOpen(ctx, this)
	this.outcome <- outcome{opened[V]{v}, err}
	switch {
	case reasons.Is(err, process.ErrIgnore):
		return nil
	case err != nil:
		return err
	}
	return o.serve(ctx, v)
}

// tryOpen turns a panic in open into an error. A Goexit cannot be held up, so
// that the starter is told on its way.
func (o *opener[V]) tryOpen(ctx context.Context, this *tenure) (v V, err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if value := recover(); value != nil {
			err = &process.PanicError{Value: value, Stack: debug.Stack()}
			return
		}
		this.outcome <- outcome{err: &process.GoexitError{Stack: debug.Stack()}}
	}()
	v, err = o.open(ctx)
	returned = true
	return v, err
}

// result waits for the outcome of open. A process that was killed has none.
func (t *tenure) result(c *process.Context, pid process.PID) outcome {
	ctx, cancel := context.WithCancel(c)
	defer cancel()
	dead := make(chan struct{})
	go func() {
		process.Wait(ctx, pid) // also returns if the supervisor itself is killed
		close(dead)
	}()
	select {
	case o := <-t.outcome:
		return o
	case <-dead:
	}
	select {
	case o := <-t.outcome: // it opened before it died
		return o
	default:
		return outcome{err: process.Killed}
	}
}

// await waits until the tenure is over, but not for ever.
func (t *tenure) await(ctx context.Context, limit time.Duration) {
	if limit <= 0 {
		limit = defaultShutdown
	}
	select {
	case <-t.over:
	case <-ctx.Done():
	case <-time.After(limit):
	}
}
