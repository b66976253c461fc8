package ets

import (
	"context"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"
)

// store holds the contents D of a table and orders what happens to them.
//
// A change of one key holds the lock for reading: it goes on beside others,
// which the map inside orders per key. A change of several keys holds it for
// writing, so that there is no other change meanwhile, and closes the gate:
// reads that begin meanwhile wait.
//
// That is enough to make it atomic for single reads too, which then cost two
// loads of memory that hardly ever changes. What begins while the gate is
// closed sees all of the change. What began before and ends after overlaps
// it, and may be taken to have come before it if it saw the old value of its
// key, or after it if it saw the new one.
//
// The death of a table waits for none of this. The contents are unlinked; a
// change that is under way still changes what nobody can find any more.
type store[D any] struct {
	table
	now  atomic.Pointer[D] // nil once the table is gone
	shut atomic.Bool       // the gate
	lock *xsync.RBMutex
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
	if s.shut.Load() {
		s.await()
	}
	d := s.now.Load()
	if d == nil {
		return nil, ErrNoTable
	}
	return d, s.mayRead(ctx)
}

// await returns when the change is over for which the gate is closed.
func (s *store[D]) await() { s.lock.RUnlock(s.lock.RLock()) }

// change gives the contents to a change of one key, which must end with
// s.lock.RUnlock(token) and must not run code of the user's before.
func (s *store[D]) change(ctx context.Context) (d *D, token *xsync.RToken, err error) {
	token = s.lock.RLock()
	if d, err = s.writable(ctx); err != nil {
		s.lock.RUnlock(token)
		return nil, nil, err
	}
	return d, token, nil
}

// changeAll makes a change of several keys, alone. f must not run code of the
// user's, and must not panic unless it has changed nothing.
func (s *store[D]) changeAll(ctx context.Context, f func(d *D)) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	d, err := s.writable(ctx)
	if err != nil {
		return err
	}
	s.shut.Store(true)
	defer s.shut.Store(false)
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
	now, err := s.read(ctx)
	return err == nil && now == d
}

// Err says why reads with the context would fail now: ErrNoTable, ErrAccess,
// or nil. It tells an iteration over an empty table from one that was refused
// or cut short.
func (s *store[D]) Err(ctx context.Context) error {
	_, err := s.read(ctx)
	return err
}

// Clear empties the table, which lives on. It is atomic; a traversal under
// way ends. (OTP: ets:delete_all_objects/1.)
func (s *store[D]) Clear(ctx context.Context) error {
	return s.changeAll(ctx, func(d *D) {
		s.now.CompareAndSwap(d, s.make()) // not if the table has died meanwhile
	})
}
