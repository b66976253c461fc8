package ets

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// OrderedSet is a table with one value per key, in the order of the keys. All
// methods may be used from any goroutine; the context says for which process,
// see [Access]. Use [NewOrderedSet] or [NewOrderedSetFunc].
//
// Its changes are made one after the other, those of one key too: many writers
// are served better by a [Set].
type OrderedSet[K, V any] struct {
	store[ordered[K, V]]
	copier[V]
	compare func(a, b K) int
}

// ordered is the contents of an ordered set: a tree that readers find beyond the
// gate and writers behind the closed one, and a snapshot of it for traversals, which share its nodes until a
// write copies them.
type ordered[K, V any] struct {
	tree     *btree.BTreeG[node[K, V]]
	revision uint64                                   // of the last change of a value
	snapshot atomic.Pointer[btree.BTreeG[node[K, V]]] // what tree is, nil since a change
}

type node[K, V any] struct {
	key K
	cell[V]
}

// NewOrderedSet makes an empty ordered set, as [NewSet] makes a set. (OTP:
// ets:new/2 with ordered_set.)
func NewOrderedSet[K cmp.Ordered, V any](ctx context.Context, opts ...Option) (*OrderedSet[K, V], error) {
	return newOrdered[K, V](ctx, func(a, b node[K, V]) bool { return cmp.Less(a.key, b.key) }, cmp.Compare[K], opts)
}

// NewOrderedSetFunc is NewOrderedSet with an order of its own: compare is
// negative if a comes before b and 0 if they are one key. It must be a total
// order, must not panic, and must not use the table.
func NewOrderedSetFunc[K, V any](ctx context.Context, compare func(a, b K) int, opts ...Option) (*OrderedSet[K, V], error) {
	if compare == nil {
		return nil, errors.New("ets: an ordered set needs a function that compares keys; for keys with an order of their own there is NewOrderedSet")
	}
	return newOrdered[K, V](ctx, func(a, b node[K, V]) bool { return compare(a.key, b.key) < 0 }, compare, opts)
}

func newOrdered[K, V any](ctx context.Context, less func(a, b node[K, V]) bool, compare func(a, b K) int, opts []Option) (*OrderedSet[K, V], error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	s := &OrderedSet[K, V]{compare: compare}
	if s.copier, err = newCopier[V](c); err != nil {
		return nil, err
	}
	if err := s.store.open(ctx, s, c, func() *ordered[K, V] {
		return &ordered[K, V]{tree: btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})}
	}); err != nil {
		return nil, err
	}
	return s, nil
}

// view calls f with the entries as they are. It passes the gate only if there
// have been writes since the last traversal: a write takes effect, for reads,
// when it takes the snapshot away.
func (s *OrderedSet[K, V]) view(ctx context.Context, f func(tree *btree.BTreeG[node[K, V]])) error {
	d, err := s.peek(ctx)
	if err != nil {
		return err
	}
	if snapshot := d.snapshot.Load(); snapshot != nil {
		f(snapshot)
		return nil
	}
	pass := s.enter()
	defer s.leave(pass)
	f(d.tree)
	return nil
}

// take is the snapshot, made if there is none.
func (s *OrderedSet[K, V]) take(d *ordered[K, V]) *btree.BTreeG[node[K, V]] {
	if snapshot := d.snapshot.Load(); snapshot != nil {
		return snapshot
	}
	s.close()
	defer s.gate.open()
	if snapshot := d.snapshot.Load(); snapshot != nil {
		return snapshot
	}
	snapshot := d.tree.Copy()
	d.snapshot.Store(snapshot)
	return snapshot
}

// write gives the tree to a change.
func (s *OrderedSet[K, V]) write(ctx context.Context, f func(d *ordered[K, V])) error {
	s.close()
	defer s.gate.open()
	d, err := s.writable(ctx)
	if err != nil {
		return err
	}
	if d.snapshot.Load() != nil {
		d.snapshot.Store(nil)
	}
	f(d)
	return nil
}

func (d *ordered[K, V]) put(k K, v V) {
	d.revision++
	d.tree.Set(node[K, V]{k, cell[V]{v, d.revision}})
}

func at[K, V any](k K) node[K, V] { return node[K, V]{key: k} }

// Len is the number of keys, 0 if the table is gone.
func (s *OrderedSet[K, V]) Len() int {
	d := s.now.Load()
	if d == nil {
		return 0
	}
	pass := s.enter()
	defer s.leave(pass)
	return d.tree.Len()
}

// Get is the value of a key. It fails with ErrNotFound, ErrNoTable or
// ErrAccess. (OTP: ets:lookup/2.)
func (s *OrderedSet[K, V]) Get(ctx context.Context, k K) (V, error) {
	_, v, err := s.one(ctx, func(tree *btree.BTreeG[node[K, V]]) (node[K, V], bool) { return tree.Get(at[K, V](k)) })
	return v, err
}

// Has reports whether there is such a key. (OTP: ets:member/2.)
func (s *OrderedSet[K, V]) Has(ctx context.Context, k K) (ok bool, err error) {
	err = s.view(ctx, func(tree *btree.BTreeG[node[K, V]]) { _, ok = tree.Get(at[K, V](k)) })
	return ok, err
}

// First is the entry with the first key, or ErrNotFound. (OTP: ets:first/1.)
func (s *OrderedSet[K, V]) First(ctx context.Context) (K, V, error) {
	return s.one(ctx, (*btree.BTreeG[node[K, V]]).Min)
}

// Last is the entry with the last key, or ErrNotFound. (OTP: ets:last/1.)
func (s *OrderedSet[K, V]) Last(ctx context.Context) (K, V, error) {
	return s.one(ctx, (*btree.BTreeG[node[K, V]]).Max)
}

// Next is the entry that follows a key, which need not be there, or
// ErrNotFound. (OTP: ets:next/2.)
func (s *OrderedSet[K, V]) Next(ctx context.Context, k K) (K, V, error) {
	return s.one(ctx, func(tree *btree.BTreeG[node[K, V]]) (next node[K, V], ok bool) {
		tree.Ascend(at[K, V](k), func(n node[K, V]) bool {
			if s.compare(n.key, k) == 0 {
				return true
			}
			next, ok = n, true
			return false
		})
		return next, ok
	})
}

// Prev is the entry that precedes a key, which need not be there, or
// ErrNotFound. (OTP: ets:prev/2.)
func (s *OrderedSet[K, V]) Prev(ctx context.Context, k K) (K, V, error) {
	return s.one(ctx, func(tree *btree.BTreeG[node[K, V]]) (prev node[K, V], ok bool) {
		tree.Descend(at[K, V](k), func(n node[K, V]) bool {
			if s.compare(n.key, k) == 0 {
				return true
			}
			prev, ok = n, true
			return false
		})
		return prev, ok
	})
}

// one finds one entry.
func (s *OrderedSet[K, V]) one(ctx context.Context, find func(*btree.BTreeG[node[K, V]]) (node[K, V], bool)) (k K, v V, err error) {
	var n node[K, V]
	var ok bool
	if err = s.view(ctx, func(tree *btree.BTreeG[node[K, V]]) { n, ok = find(tree) }); err != nil {
		return k, v, err
	}
	if !ok {
		return k, v, ErrNotFound
	}
	return n.key, s.copy(n.value), nil
}

// All iterates over the entries, in order, as they were when the loop began: it
// is a snapshot, which costs next to nothing to take and a copy of the nodes
// that are written to meanwhile. The loop may change the table. It stops when
// the table ends or is cleared, and does nothing if ctx may not read: see
// [OrderedSet.Err].
func (s *OrderedSet[K, V]) All(ctx context.Context) iter.Seq2[K, V] {
	return s.values(ctx, (*btree.BTreeG[node[K, V]]).Scan)
}

// Backward is All in the opposite order.
func (s *OrderedSet[K, V]) Backward(ctx context.Context) iter.Seq2[K, V] {
	return s.values(ctx, (*btree.BTreeG[node[K, V]]).Reverse)
}

// Ascend is All from a key on, which need not be there.
func (s *OrderedSet[K, V]) Ascend(ctx context.Context, from K) iter.Seq2[K, V] {
	return s.values(ctx, func(tree *btree.BTreeG[node[K, V]], yield func(node[K, V]) bool) {
		tree.Ascend(at[K, V](from), yield)
	})
}

// Descend is Ascend in the opposite order.
func (s *OrderedSet[K, V]) Descend(ctx context.Context, from K) iter.Seq2[K, V] {
	return s.values(ctx, func(tree *btree.BTreeG[node[K, V]], yield func(node[K, V]) bool) {
		tree.Descend(at[K, V](from), yield)
	})
}

func (s *OrderedSet[K, V]) values(ctx context.Context, walk func(*btree.BTreeG[node[K, V]], func(node[K, V]) bool)) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, c := range s.cells(ctx, walk) {
			if !yield(k, s.copy(c.value)) {
				return
			}
		}
	}
}

// cells is a walk through the snapshot.
func (s *OrderedSet[K, V]) cells(ctx context.Context, walk func(*btree.BTreeG[node[K, V]], func(node[K, V]) bool)) iter.Seq2[K, cell[V]] {
	return func(yield func(K, cell[V]) bool) {
		d, err := s.peek(ctx)
		if err != nil {
			return
		}
		walk(s.take(d), func(n node[K, V]) bool { return s.still(ctx, d) && yield(n.key, n.cell) })
	}
}

// Match is All for the entries that pred is true for. (OTP: ets:select/2.)
func (s *OrderedSet[K, V]) Match(ctx context.Context, pred func(K, V) bool) iter.Seq2[K, V] {
	return match(s.All(ctx), pred)
}

// CountMatch counts the entries that pred is true for. (OTP: ets:select_count/2.)
func (s *OrderedSet[K, V]) CountMatch(ctx context.Context, pred func(K, V) bool) (int, error) {
	return countMatch(ctx, s, s.All(ctx), pred)
}

// DeleteMatch deletes the entries that pred is true for and returns how many
// they were. Each is deleted atomically, if pred is true for the very value
// that it has then; together they are not. (OTP: ets:select_delete/2.)
func (s *OrderedSet[K, V]) DeleteMatch(ctx context.Context, pred func(K, V) bool) (int, error) {
	return deleteMatch(ctx, s, s.cells(ctx, (*btree.BTreeG[node[K, V]]).Scan), func(k K, c cell[V]) (deleted bool, err error) {
		for ok := true; ok && !deleted && pred(k, s.copy(c.value)); { // until nobody has come between
			revision := c.revision
			if err := s.write(ctx, func(d *ordered[K, V]) {
				var n node[K, V]
				if n, ok = d.tree.Get(at[K, V](k)); ok && n.revision == revision {
					d.tree.Delete(n)
					deleted = true
				}
				c = n.cell
			}); err != nil {
				return false, err
			}
		}
		return deleted, nil
	})
}

// Put gives a key a value. (OTP: ets:insert/2.)
func (s *OrderedSet[K, V]) Put(ctx context.Context, k K, v V) error {
	v = s.copy(v)
	return s.write(ctx, func(d *ordered[K, V]) { d.put(k, v) })
}

// PutNew is Put unless there is such a key; added says whether there was not.
// (OTP: ets:insert_new/2.)
func (s *OrderedSet[K, V]) PutNew(ctx context.Context, k K, v V) (added bool, err error) {
	v = s.copy(v)
	err = s.write(ctx, func(d *ordered[K, V]) {
		if _, exists := d.tree.Get(at[K, V](k)); !exists {
			d.put(k, v)
			added = true
		}
	})
	return added, err
}

// PutAll puts all the entries or, if it fails, none; of several with one key
// the last counts. It is atomic: nobody sees some of the entries and then
// misses others. (OTP: ets:insert/2 with a list.)
func (s *OrderedSet[K, V]) PutAll(ctx context.Context, entries iter.Seq2[K, V]) error {
	batch := collect(entries, s.comparable, s.copy)
	return s.write(ctx, func(d *ordered[K, V]) { d.putAll(batch) })
}

// PutAllNew is PutAll unless there is one of the keys; added says whether
// there was none. (OTP: ets:insert_new/2 with a list.)
func (s *OrderedSet[K, V]) PutAllNew(ctx context.Context, entries iter.Seq2[K, V]) (added bool, err error) {
	batch := collect(entries, s.comparable, s.copy)
	err = s.write(ctx, func(d *ordered[K, V]) {
		for _, e := range batch {
			if _, exists := d.tree.Get(at[K, V](e.key)); exists {
				return
			}
		}
		d.putAll(batch)
		added = true
	})
	return added, err
}

// comparable panics where the order does for a key on its own: before anything
// is changed.
func (s *OrderedSet[K, V]) comparable(k K) { s.compare(k, k) }

func (d *ordered[K, V]) putAll(batch []entry[K, V]) {
	for _, e := range batch {
		d.put(e.key, e.value)
	}
}

// Update gives a key the value that f makes of the one it has, and returns it;
// exists is false if it has none. It is atomic. f runs outside all locks, so
// it may read the table, may take its time and may panic; if somebody else
// changes the value meanwhile, f is called again with the new one. It should
// do nothing but compute, then.
func (s *OrderedSet[K, V]) Update(ctx context.Context, k K, f func(old V, exists bool) V) (V, error) {
	var none V
	for {
		if err := s.writeErr(ctx); err != nil {
			return none, err
		}
		var was node[K, V]
		var existed bool
		if err := s.view(ctx, func(tree *btree.BTreeG[node[K, V]]) { was, existed = tree.Get(at[K, V](k)) }); err != nil {
			return none, err
		}
		v := f(s.copy(was.value), existed)
		kept := s.copy(v)
		done := false
		if err := s.write(ctx, func(d *ordered[K, V]) {
			now, exists := d.tree.Get(at[K, V](k))
			if done = exists == existed && now.revision == was.revision; done {
				d.put(k, kept)
			}
		}); done || err != nil {
			return v, err
		}
	}
}

// count is Update for a function of the package's own.
func (s *OrderedSet[K, V]) count(ctx context.Context, k K, c counting[V], f func(counting[V], V, bool) (V, error)) (v V, err error) {
	refused := s.write(ctx, func(d *ordered[K, V]) {
		now, exists := d.tree.Get(at[K, V](k))
		if v, err = f(c, now.value, exists); err == nil {
			d.put(k, v)
		}
	})
	if refused != nil {
		return v, refused
	}
	return v, err
}

// Delete deletes a key, if there is such a one. (OTP: ets:delete/2.)
func (s *OrderedSet[K, V]) Delete(ctx context.Context, k K) error {
	return s.write(ctx, func(d *ordered[K, V]) { d.tree.Delete(at[K, V](k)) })
}

// Take deletes a key and returns the value that it had. Of several who take
// one key, one gets the value and the others ErrNotFound. (OTP: ets:take/2.)
func (s *OrderedSet[K, V]) Take(ctx context.Context, k K) (V, error) {
	var n node[K, V]
	var ok bool
	err := s.write(ctx, func(d *ordered[K, V]) { n, ok = d.tree.Delete(at[K, V](k)) })
	if err == nil && !ok {
		err = ErrNotFound
	}
	return n.value, err
}
