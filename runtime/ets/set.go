package ets

import (
	"context"
	"hash/maphash"
	"iter"
	"math/rand/v2"

	"github.com/puzpuzpuz/xsync/v4"
)

// Set is a table with one value per key, in no order. All methods may be used
// from any goroutine; the context says for which process, see [Access]. Use
// [NewSet].
type Set[K comparable, V any] struct {
	store[hashed[K, V]]
	copier[V]
}

// hashed is the contents of a set.
type hashed[K comparable, V any] = xsync.Map[K, cell[V]]

// cell is a value and the revision that tells it from all others that its key
// has had and will have. It is random, for a counter would be shared by all
// cores; that two of 2^64 meet is not to be expected.
type cell[V any] struct {
	value    V
	revision uint64
}

func newCell[V any](v V) cell[V] { return cell[V]{v, rand.Uint64()} }

// NewSet makes an empty set that belongs to the process that ctx belongs to
// and ends with it. It fails with ErrNoOwner if ctx is of no process, with
// process.ErrNameTaken, and with an error that says what is wrong with the
// options. (OTP: ets:new/2 with set.)
func NewSet[K comparable, V any](ctx context.Context, opts ...Option) (*Set[K, V], error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	s := new(Set[K, V])
	if s.copier, err = newCopier[V](c); err != nil {
		return nil, err
	}
	if err := s.store.open(ctx, s, c, func() *hashed[K, V] { return xsync.NewMap[K, cell[V]]() }); err != nil {
		return nil, err
	}
	return s, nil
}

// Len is the number of keys, 0 if the table is gone. While others change the
// table it is near it: changes under way may count or not, each for itself.
func (s *Set[K, V]) Len() int {
	s.await()
	if m := s.now.Load(); m != nil {
		return max(m.Size(), 0) // a sum of counters that are not read at one moment
	}
	return 0
}

// Get is the value of a key. It fails with ErrNotFound, ErrNoTable or
// ErrAccess. (OTP: ets:lookup/2.)
func (s *Set[K, V]) Get(ctx context.Context, k K) (V, error) {
	m, err := s.read(ctx)
	if err != nil {
		var none V
		return none, err
	}
	c, ok := m.Load(k)
	if !ok {
		return c.value, ErrNotFound
	}
	return s.copy(c.value), nil
}

// Has reports whether there is such a key. (OTP: ets:member/2.)
func (s *Set[K, V]) Has(ctx context.Context, k K) (bool, error) {
	m, err := s.read(ctx)
	if err != nil {
		return false, err
	}
	_, ok := m.Load(k)
	return ok, nil
}

// All iterates over the entries. It visits each key that is there all the
// time exactly once, with the value that it has when it is visited; a key that
// comes meanwhile may be visited or not, one that goes is not visited after.
// So it is no snapshot. The loop may change the table. It stops when the table
// ends or is cleared, and does nothing if ctx may not read: see [Set.Err].
func (s *Set[K, V]) All(ctx context.Context) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, c := range s.cells(ctx) {
			if !yield(k, s.copy(c.value)) {
				return
			}
		}
	}
}

// cells is All with the revisions. The map may go through what it was when
// the traversal began, so each key is looked up anew.
func (s *Set[K, V]) cells(ctx context.Context) iter.Seq2[K, cell[V]] {
	return func(yield func(K, cell[V]) bool) {
		m, err := s.read(ctx)
		if err != nil {
			return
		}
		m.Range(func(k K, _ cell[V]) bool {
			if !s.still(ctx, m) {
				return false
			}
			c, ok := m.Load(k)
			return !ok || yield(k, c)
		})
	}
}

// Match is All for the entries that pred is true for. (OTP: ets:select/2.)
func (s *Set[K, V]) Match(ctx context.Context, pred func(K, V) bool) iter.Seq2[K, V] {
	return match(s.All(ctx), pred)
}

// CountMatch counts the entries that pred is true for. (OTP: ets:select_count/2.)
func (s *Set[K, V]) CountMatch(ctx context.Context, pred func(K, V) bool) (int, error) {
	return countMatch(ctx, s, s.All(ctx), pred)
}

// DeleteMatch deletes the entries that pred is true for and returns how many
// they were. Each is deleted atomically, if pred is true for the very value
// that it has then; together they are not. (OTP: ets:select_delete/2.)
func (s *Set[K, V]) DeleteMatch(ctx context.Context, pred func(K, V) bool) (int, error) {
	return deleteMatch(ctx, s, s.cells(ctx), func(k K, c cell[V]) (bool, error) {
		for ok := true; ok; { // until nobody has come between
			if !pred(k, s.copy(c.value)) {
				return false, nil
			}
			deleted, err := s.deleteRevision(ctx, k, c.revision)
			if deleted || err != nil {
				return deleted, err
			}
			m, err := s.read(ctx)
			if err != nil {
				return false, err
			}
			c, ok = m.Load(k)
		}
		return false, nil
	})
}

func (s *Set[K, V]) deleteRevision(ctx context.Context, k K, revision uint64) (deleted bool, err error) {
	m, pass, err := s.change(ctx)
	if err != nil {
		return false, err
	}
	defer s.leave(pass)
	m.Compute(k, func(now cell[V], exists bool) (cell[V], xsync.ComputeOp) {
		if deleted = exists && now.revision == revision; deleted {
			return now, xsync.DeleteOp
		}
		return now, xsync.CancelOp
	})
	return deleted, nil
}

// Put gives a key a value. (OTP: ets:insert/2.)
func (s *Set[K, V]) Put(ctx context.Context, k K, v V) error {
	v = s.copy(v)
	m, pass, err := s.change(ctx)
	if err != nil {
		return err
	}
	defer s.leave(pass)
	m.Store(k, newCell(v))
	return nil
}

// PutNew is Put unless there is such a key; added says whether there was not.
// (OTP: ets:insert_new/2.)
func (s *Set[K, V]) PutNew(ctx context.Context, k K, v V) (added bool, err error) {
	v = s.copy(v)
	m, pass, err := s.change(ctx)
	if err != nil {
		return false, err
	}
	defer s.leave(pass)
	_, exists := m.LoadOrStore(k, newCell(v))
	return !exists, nil
}

// PutAll puts all the entries or, if it fails, none; of several with one key
// the last counts. It is atomic for single reads and for all writes: nobody
// sees some of the entries and then misses others. A traversal under way may.
// Reads and writes wait meanwhile. (OTP: ets:insert/2 with a list.)
func (s *Set[K, V]) PutAll(ctx context.Context, entries iter.Seq2[K, V]) error {
	batch := collect(entries, mustHash[K], s.copy)
	return s.changeAll(ctx, func(m *hashed[K, V]) { putAll(m, batch) })
}

// PutAllNew is PutAll unless there is one of the keys; added says whether
// there was none. (OTP: ets:insert_new/2 with a list.)
func (s *Set[K, V]) PutAllNew(ctx context.Context, entries iter.Seq2[K, V]) (added bool, err error) {
	batch := collect(entries, mustHash[K], s.copy)
	err = s.changeAll(ctx, func(m *hashed[K, V]) {
		for _, e := range batch {
			if _, exists := m.Load(e.key); exists {
				return
			}
		}
		putAll(m, batch)
		added = true
	})
	return added, err
}

func putAll[K comparable, V any](m *hashed[K, V], batch []entry[K, V]) {
	for _, e := range batch {
		m.Store(e.key, newCell(e.value))
	}
}

// Update gives a key the value that f makes of the one it has, and returns it;
// exists is false if it has none. It is atomic. f runs outside all locks, so
// it may read the table, may take its time and may panic; if somebody else
// changes the value meanwhile, f is called again with the new one. It should
// do nothing but compute, then.
func (s *Set[K, V]) Update(ctx context.Context, k K, f func(old V, exists bool) V) (V, error) {
	var none V
	for {
		if err := s.writeErr(ctx); err != nil {
			return none, err
		}
		m, err := s.read(ctx)
		if err != nil {
			return none, err
		}
		was, exists := m.Load(k)
		v := f(s.copy(was.value), exists)
		if done, err := s.replace(ctx, k, was, exists, s.copy(v)); done || err != nil {
			return v, err
		}
	}
}

// replace puts v if the key still has what it was, or nothing.
func (s *Set[K, V]) replace(ctx context.Context, k K, was cell[V], existed bool, v V) (done bool, err error) {
	m, pass, err := s.change(ctx)
	if err != nil {
		return false, err
	}
	defer s.leave(pass)
	m.Compute(k, func(now cell[V], exists bool) (cell[V], xsync.ComputeOp) {
		if done = exists == existed && now.revision == was.revision; done {
			return newCell(v), xsync.UpdateOp
		}
		return now, xsync.CancelOp
	})
	return done, nil
}

// count is Update for a function of the package's own, which does not panic.
func (s *Set[K, V]) count(ctx context.Context, k K, c counting[V], f func(counting[V], V, bool) (V, error)) (v V, err error) {
	m, pass, err := s.change(ctx)
	if err != nil {
		return v, err
	}
	defer s.leave(pass)
	m.Compute(k, func(now cell[V], exists bool) (cell[V], xsync.ComputeOp) {
		if v, err = f(c, now.value, exists); err != nil {
			return now, xsync.CancelOp
		}
		return newCell(v), xsync.UpdateOp
	})
	return v, err
}

// Delete deletes a key, if there is such a one. (OTP: ets:delete/2.)
func (s *Set[K, V]) Delete(ctx context.Context, k K) error {
	_, err := s.Take(ctx, k)
	if err == ErrNotFound {
		return nil
	}
	return err
}

// Take deletes a key and returns the value that it had. Of several who take
// one key, one gets the value and the others ErrNotFound. (OTP: ets:take/2.)
func (s *Set[K, V]) Take(ctx context.Context, k K) (V, error) {
	var none V
	m, pass, err := s.change(ctx)
	if err != nil {
		return none, err
	}
	defer s.leave(pass)
	c, ok := m.LoadAndDelete(k)
	if !ok {
		return none, ErrNotFound
	}
	return c.value, nil // the table's own copy, which it gives up
}

// entry is what a write of several entries puts.
type entry[K, V any] struct {
	key   K
	value V
}

// collect reads entries from their iterator, and has them checked, before a
// lock is taken.
func collect[K, V any](entries iter.Seq2[K, V], check func(K), clone func(V) V) []entry[K, V] {
	var batch []entry[K, V]
	for k, v := range entries {
		check(k)
		batch = append(batch, entry[K, V]{k, clone(v)})
	}
	return batch
}

var seed = maphash.MakeSeed()

// mustHash panics, as a Go map does, for what an interface holds that cannot
// be a key: before anything is changed or locked.
func mustHash[T comparable](v T) { maphash.Comparable(seed, v) }
