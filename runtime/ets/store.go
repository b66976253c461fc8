package ets

import (
	"context"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"
)

// store holds the contents D of a table and orders what happens to them.
//
// A change of one key passes the gate: it goes on beside others, which the map
// inside orders per key. A change of several keys closes the gate, so that
// there is no other change meanwhile, and reads that begin meanwhile wait.
//
// Reads need not pass it, only to have seen it open, which costs them two loads
// of memory that hardly ever changes. It is enough to make a change of several
// keys atomic for single reads: what begins while the gate is closed sees all
// of the change; what began before and ends after overlaps it, and may be
// taken to have come before it if it saw the old value of its key, or after it
// if it saw the new one. (The contents are loaded before the look at the gate:
// those that a Clear has replaced meanwhile change no more, and whoever finds
// them began before it.)
//
// A new owner closes the gate, so that nothing is changed any more by right of
// the former one. The death of a table waits for none of this. The contents are
// unlinked; a change that is under way still changes what nobody can find any
// more.
type store[D any] struct {
	table
	now  atomic.Pointer[D] // nil once the table is gone
	make func() *D
}

func (s *store[D]) open(ctx context.Context, self Table, c config, make func() *D) error {
	s.make, s.lock = make, xsync.NewRBMutex()
	s.now.Store(make())
	return s.table.open(ctx, self, func() { s.now.Store(nil) }, c)
}

// read gives the contents to a read. Who reads matters to private tables only.
func (s *store[D]) read(ctx context.Context) (*D, error) {
	d := s.now.Load()
	if d == nil || s.access == Private || s.shut.Load() {
		return s.readSlowly(ctx)
	}
	return d, nil
}

func (s *store[D]) readSlowly(ctx context.Context) (*D, error) {
	s.await()
	return s.peek(ctx)
}

// peek is read that does not mind the gate: for reads of contents that order
// them themselves, and for traversals, which are not atomic.
func (s *store[D]) peek(ctx context.Context) (*D, error) {
	d := s.now.Load()
	if d == nil {
		return nil, ErrNoTable
	}
	if s.access == Private {
		return d, s.mayRead(ctx)
	}
	return d, nil
}

// change gives the contents to a change of one key, which must end with
// s.leave(in) and must not run code of the user's before.
func (s *store[D]) change(ctx context.Context) (d *D, in pass, err error) {
	in = s.enter()
	if d, err = s.writable(ctx); err != nil {
		s.leave(in)
		return nil, nil, err
	}
	return d, in, nil
}

// changeAll makes a change of several keys, alone. f must not run code of the
// user's, and must not panic unless it has changed nothing.
func (s *store[D]) changeAll(ctx context.Context, f func(d *D)) error {
	s.close()
	defer s.gate.open()
	d, err := s.writable(ctx)
	if err != nil {
		return err
	}
	f(d)
	return nil
}

func (s *store[D]) writable(ctx context.Context) (*D, error) {
	d := s.now.Load()
	if d == nil {
		return nil, ErrNoTable
	}
	return d, s.mayWrite(ctx)
}

// writeErr says why a write with the context would fail now.
func (s *store[D]) writeErr(ctx context.Context) error {
	_, err := s.writable(ctx)
	return err
}

// still reports whether a traversal of d may go on: the table has neither
// ended nor been cleared nor become somebody else's private one.
func (s *store[D]) still(ctx context.Context, d *D) bool {
	now, err := s.peek(ctx)
	return err == nil && now == d
}

// Err says why reads with the context would fail now: ErrNoTable, ErrAccess,
// or nil. It tells an iteration over an empty table from one that was refused
// or cut short.
func (s *store[D]) Err(ctx context.Context) error {
	_, err := s.peek(ctx)
	return err
}

// Clear empties the table, which lives on. It is atomic; a traversal under
// way ends. (OTP: ets:delete_all_objects/1.)
func (s *store[D]) Clear(ctx context.Context) error {
	return s.changeAll(ctx, func(d *D) {
		s.now.CompareAndSwap(d, s.make()) // not if the table has died meanwhile
	})
}
