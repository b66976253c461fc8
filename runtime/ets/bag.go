package ets

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/puzpuzpuz/xsync/v4"
)

// Bag is a table with any number of values per key: those of one key in the
// order in which they came, the keys in none. A bag keeps a value once per
// key, a duplicate bag as often as it is put. All methods may be used from any
// goroutine; the context says for which process, see [Access]. Use [NewBag]
// or [NewDuplicateBag].
//
// A bag looks for a value among all of its key: many values of one key are
// served better by a set whose key has two parts.
type Bag[K, V comparable] struct {
	store[bagged[K, V]]
	duplicates bool
}

// bagged is the contents of a bag. The slices are appended to in place, beyond
// what anybody has seen of them, and otherwise never written to.
type bagged[K, V comparable] struct {
	values  *xsync.Map[K, []V]
	entries *xsync.Counter
}

// NewBag makes an empty bag, as [NewSet] makes a set. (OTP: ets:new/2 with bag.)
func NewBag[K, V comparable](ctx context.Context, opts ...Option) (*Bag[K, V], error) {
	return newBag[K, V](ctx, false, opts)
}

// NewDuplicateBag makes an empty duplicate bag. (OTP: ets:new/2 with
// duplicate_bag.)
func NewDuplicateBag[K, V comparable](ctx context.Context, opts ...Option) (*Bag[K, V], error) {
	return newBag[K, V](ctx, true, opts)
}

func newBag[K, V comparable](ctx context.Context, duplicates bool, opts []Option) (*Bag[K, V], error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	if c.clone != nil {
		return nil, errors.New("ets: a bag takes no Copy: it could not tell its values apart")
	}
	b := &Bag[K, V]{duplicates: duplicates}
	if err := b.store.open(ctx, b, c, func() *bagged[K, V] {
		return &bagged[K, V]{xsync.NewMap[K, []V](), xsync.NewCounter()}
	}); err != nil {
		return nil, err
	}
	return b, nil
}

// Len is the number of entries, that is, of values of all keys; 0 if the
// table is gone. While others change the table it is near it: changes under
// way may count or not, each for itself.
func (b *Bag[K, V]) Len() int {
	b.await()
	if d := b.now.Load(); d != nil {
		return max(int(d.entries.Value()), 0) // a sum of counters that are not read at one moment
	}
	return 0
}

// Get is the values of a key, in the order in which they came; none if there
// is no such key. It fails with ErrNoTable or ErrAccess. (OTP: ets:lookup/2.)
func (b *Bag[K, V]) Get(ctx context.Context, k K) ([]V, error) {
	d, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	values, _ := d.values.Load(k)
	return slices.Clone(values), nil
}

// Has reports whether there is such a key. (OTP: ets:member/2.)
func (b *Bag[K, V]) Has(ctx context.Context, k K) (bool, error) {
	d, err := b.read(ctx)
	if err != nil {
		return false, err
	}
	_, ok := d.values.Load(k)
	return ok, nil
}

// All iterates over the entries, those of one key together. It visits each key
// that is there all the time exactly once, with the values that it has when it
// is visited; a key that comes meanwhile may be visited or not, one that goes
// is not visited after. So it is no snapshot. The loop may change the table. It
// stops when the table ends or is cleared, and does nothing if ctx may not
// read: see [Bag.Err].
func (b *Bag[K, V]) All(ctx context.Context) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		d, err := b.read(ctx)
		if err != nil {
			return
		}
		d.values.Range(func(k K, _ []V) bool {
			values, _ := d.values.Load(k) // the map may go through what it was
			for _, v := range values {
				if !b.still(ctx, d) || !yield(k, v) {
					return false
				}
			}
			return true
		})
	}
}

// Match is All for the entries that pred is true for. (OTP: ets:select/2.)
func (b *Bag[K, V]) Match(ctx context.Context, pred func(K, V) bool) iter.Seq2[K, V] {
	return match(b.All(ctx), pred)
}

// CountMatch counts the entries that pred is true for. (OTP: ets:select_count/2.)
func (b *Bag[K, V]) CountMatch(ctx context.Context, pred func(K, V) bool) (int, error) {
	return countMatch(ctx, b, b.All(ctx), pred)
}

// DeleteMatch deletes the entries that pred is true for and returns how many
// they were. Those of one key that are equal are deleted atomically, together
// they are not. (OTP: ets:select_delete/2.)
func (b *Bag[K, V]) DeleteMatch(ctx context.Context, pred func(K, V) bool) (deleted int, err error) {
	if err := b.writeErr(ctx); err != nil {
		return 0, err
	}
	for k, v := range b.Match(ctx, pred) {
		n, err := b.deleteObject(ctx, k, v)
		if err != nil {
			return deleted, err
		}
		deleted += n
	}
	return deleted, b.Err(ctx)
}

// Put adds a value to those of a key. A bag that is no duplicate bag leaves it
// out if the key has it already. (OTP: ets:insert/2.)
func (b *Bag[K, V]) Put(ctx context.Context, k K, v V) error {
	mustHash(v)
	d, pass, err := b.change(ctx)
	if err != nil {
		return err
	}
	defer b.leave(pass)
	b.put(d, k, v)
	return nil
}

func (b *Bag[K, V]) put(d *bagged[K, V], k K, v V) {
	d.values.Compute(k, func(values []V, _ bool) ([]V, xsync.ComputeOp) {
		if !b.duplicates && slices.Contains(values, v) {
			return values, xsync.CancelOp
		}
		d.entries.Inc()
		return append(values, v), xsync.UpdateOp
	})
}

// PutNew is Put unless there is such a key; added says whether there was not.
// (OTP: ets:insert_new/2.)
func (b *Bag[K, V]) PutNew(ctx context.Context, k K, v V) (added bool, err error) {
	mustHash(v)
	d, pass, err := b.change(ctx)
	if err != nil {
		return false, err
	}
	defer b.leave(pass)
	if _, exists := d.values.LoadOrStore(k, []V{v}); exists {
		return false, nil
	}
	d.entries.Inc()
	return true, nil
}

// PutAll puts all the entries, in order, or, if it fails, none. It is atomic
// for single reads and for all writes: nobody sees some of the entries and
// then misses others. A traversal under way may. Reads and writes wait
// meanwhile. (OTP: ets:insert/2 with a list.)
func (b *Bag[K, V]) PutAll(ctx context.Context, entries iter.Seq2[K, V]) error {
	batch := collect(entries, mustHash[K], hashable[V])
	return b.changeAll(ctx, func(d *bagged[K, V]) {
		for _, e := range batch {
			b.put(d, e.key, e.value)
		}
	})
}

// PutAllNew is PutAll unless there is one of the keys; added says whether
// there was none. (OTP: ets:insert_new/2 with a list.)
func (b *Bag[K, V]) PutAllNew(ctx context.Context, entries iter.Seq2[K, V]) (added bool, err error) {
	batch := collect(entries, mustHash[K], hashable[V])
	err = b.changeAll(ctx, func(d *bagged[K, V]) {
		for _, e := range batch {
			if _, exists := d.values.Load(e.key); exists {
				return
			}
		}
		for _, e := range batch {
			b.put(d, e.key, e.value)
		}
		added = true
	})
	return added, err
}

// hashable is mustHash for values. A value that can be hashed can be compared,
// which the map does under its locks, where nothing may panic.
func hashable[V comparable](v V) V {
	mustHash(v)
	return v
}

// Delete deletes a key with all its values. (OTP: ets:delete/2.)
func (b *Bag[K, V]) Delete(ctx context.Context, k K) error {
	_, err := b.Take(ctx, k)
	return err
}

// Take deletes a key and returns the values that it had, none if there was no
// such key. (OTP: ets:take/2.)
func (b *Bag[K, V]) Take(ctx context.Context, k K) ([]V, error) {
	d, pass, err := b.change(ctx)
	if err != nil {
		return nil, err
	}
	defer b.leave(pass)
	values, _ := d.values.LoadAndDelete(k)
	d.entries.Add(-int64(len(values)))
	return slices.Clone(values), nil // a traversal may still read the table's
}

// DeleteObject deletes a value of a key, all that are equal. (OTP:
// ets:delete_object/2.)
func (b *Bag[K, V]) DeleteObject(ctx context.Context, k K, v V) error {
	_, err := b.deleteObject(ctx, k, v)
	return err
}

func (b *Bag[K, V]) deleteObject(ctx context.Context, k K, v V) (n int, err error) {
	mustHash(v)
	d, pass, err := b.change(ctx)
	if err != nil {
		return 0, err
	}
	defer b.leave(pass)
	d.values.Compute(k, func(values []V, _ bool) ([]V, xsync.ComputeOp) {
		left := make([]V, 0, len(values))
		for _, have := range values {
			if have != v {
				left = append(left, have)
			}
		}
		switch n = len(values) - len(left); {
		case n == 0:
			return values, xsync.CancelOp
		case len(left) == 0:
			return nil, xsync.DeleteOp
		}
		return left, xsync.UpdateOp
	})
	d.entries.Add(-int64(n))
	return n, nil
}
