package task

import (
	"context"
	"time"
)

// item is the task of one input.
type item[I, O any] struct {
	Task[O]
	s          *stream[I, O]
	input      I
	begun      time.Time
	over       bool // ended; s.mu guards it
	listed     bool // among the running; s.mu guards it
	late       bool // killed for its timeout; s.mu guards it
	prev, next *item[I, O]
}

// do does the work of the item's task.
func (it *item[I, O]) do(ctx context.Context) (O, error) { return it.s.f(ctx, it.input) }

// hear hears that the item's task has ended.
func (it *item[I, O]) hear() {
	s, pid := it.s, it.PID()
	s.mu.Lock()
	it.over = true
	s.ends(pid)
	if it.listed {
		s.running.remove(it)
	}
	if s.o.unordered {
		s.ready = append(s.ready, it)
	}
	spread := it.exited && s.linked && !s.closed && !it.late
	s.wakeLocked()
	s.mu.Unlock()
	if spread && s.owner != nil {
		s.spread(it.err.(*ExitError).Reason)
	}
}

// failure is the error of an item that has ended.
func (it *item[I, O]) failure() error {
	err := it.err
	if it.late && it.exited {
		err = &ExitError{Task: it.PID(), Reason: ErrTimeout}
	}
	return it.failed(err)
}

// failed adds the input to an error, if that was asked for.
func (it *item[I, O]) failed(err error) error {
	if err == nil || !it.s.o.withInput {
		return err
	}
	return &InputError[I]{Input: it.input, Err: err}
}

// list is a list of items, in which each knows its neighbours.
type list[I, O any] struct {
	first, last *item[I, O]
	n           int
}

func (l *list[I, O]) add(it *item[I, O]) {
	if it.prev = l.last; it.prev != nil {
		it.prev.next = it
	} else {
		l.first = it
	}
	l.last, it.listed = it, true
	l.n++
}

func (l *list[I, O]) remove(it *item[I, O]) {
	if it.prev != nil {
		it.prev.next = it.next
	} else {
		l.first = it.next
	}
	if it.next != nil {
		it.next.prev = it.prev
	} else {
		l.last = it.prev
	}
	it.prev, it.next, it.listed = nil, nil, false
	l.n--
}
