package registry

import (
	"iter"
	"sync"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"

	"github.com/otplint/otplint/runtime/process"
)

// entry is a process under a key.
type entry[K comparable, V any] struct {
	key   K
	pid   process.PID
	value atomic.Pointer[V] // &first until it is updated
	first V
	gone  atomic.Bool // removed from its table
	index int         // in its owner's entries; the owner's lock guards it
}

func newEntry[K comparable, V any](key K, pid process.PID, value V) *entry[K, V] {
	e := &entry[K, V]{key: key, pid: pid, first: value}
	e.value.Store(&e.first)
	return e
}

// live reports whether the entry stands, and its process too.
func (e *entry[K, V]) live() bool { return !e.gone.Load() && e.pid.Alive() }

func (e *entry[K, V]) public() Entry[K, V] { return Entry[K, V]{e.key, e.pid, *e.value.Load()} }

// table is where the entries of a partition stand. Its methods may be called
// at the same time; those that read take no lock, and find live entries only.
type table[K comparable, V any] interface {
	// add puts an entry in, or returns the live one that has the key.
	add(e *entry[K, V]) (holder *entry[K, V])
	// remove takes an entry out that was added.
	remove(e *entry[K, V])
	// first is the oldest entry of a key, nil if there is none.
	first(key K) *entry[K, V]
	// at are the entries of a key, the oldest first; those that are not live
	// may be among them. Nobody changes the list.
	at(key K) []*entry[K, V]
	// all are all entries.
	all() iter.Seq[*entry[K, V]]
	size() int
}

// unique is a table with one entry for a key.
type unique[K comparable, V any] struct{ entries *xsync.Map[K, *entry[K, V]] }

func newUnique[K comparable, V any]() unique[K, V] {
	return unique[K, V]{xsync.NewMap[K, *entry[K, V]]()}
}

func (t unique[K, V]) add(e *entry[K, V]) (holder *entry[K, V]) {
	if holder = t.first(e.key); holder != nil {
		return holder
	}
	t.entries.Compute(e.key, func(old *entry[K, V], present bool) (*entry[K, V], xsync.ComputeOp) {
		if present && old.live() {
			holder = old
			return old, xsync.CancelOp
		}
		return e, xsync.UpdateOp
	})
	return holder
}

func (t unique[K, V]) remove(e *entry[K, V]) {
	if e.gone.Swap(true) {
		return
	}
	t.entries.Compute(e.key, func(now *entry[K, V], present bool) (*entry[K, V], xsync.ComputeOp) {
		if present && now == e {
			return nil, xsync.DeleteOp
		}
		return now, xsync.CancelOp // another process has taken the dead one's key
	})
}

func (t unique[K, V]) first(key K) *entry[K, V] {
	if e, ok := t.entries.Load(key); ok && e.live() {
		return e
	}
	return nil
}

func (t unique[K, V]) at(key K) []*entry[K, V] {
	if e := t.first(key); e != nil {
		return []*entry[K, V]{e}
	}
	return nil
}

func (t unique[K, V]) all() iter.Seq[*entry[K, V]] {
	return func(yield func(*entry[K, V]) bool) {
		t.entries.Range(func(_ K, e *entry[K, V]) bool { return !e.live() || yield(e) })
	}
}

func (t unique[K, V]) size() int { return t.entries.Size() }

// bags is a table with any number of entries for a key.
type bags[K comparable, V any] struct {
	keys  *xsync.Map[K, *bag[K, V]]
	count *xsync.Counter
}

// bag are the entries of one key. The list only grows, so that readers need no
// lock: they see the part that was there when they came. What is removed stays
// in it, as gone, until half of it is, so that removing costs little too.
type bag[K comparable, V any] struct {
	list atomic.Pointer[[]*entry[K, V]]

	mu   sync.Mutex // orders changes
	live int        // entries that are not gone
	out  bool       // empty and not in the table any more
}

func newBags[K comparable, V any]() bags[K, V] {
	return bags[K, V]{xsync.NewMap[K, *bag[K, V]](), xsync.NewCounter()}
}

func (t bags[K, V]) add(e *entry[K, V]) *entry[K, V] {
	for {
		b, _ := t.keys.LoadOrCompute(e.key, func() (*bag[K, V], bool) { return new(bag[K, V]), false })
		if b.add(e) {
			t.count.Inc()
			return nil
		}
	}
}

func (b *bag[K, V]) add(e *entry[K, V]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.out {
		return false
	}
	list := append(b.entries(), e)
	b.list.Store(&list)
	b.live++
	return true
}

func (b *bag[K, V]) entries() []*entry[K, V] {
	if list := b.list.Load(); list != nil {
		return *list
	}
	return nil
}

func (t bags[K, V]) remove(e *entry[K, V]) {
	b, ok := t.keys.Load(e.key)
	if !ok || e.gone.Swap(true) {
		return
	}
	t.count.Dec()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live--
	if b.live == 0 {
		b.out = true
		t.keys.Delete(e.key)
		return
	}
	if list := b.entries(); len(list) > 2*b.live+8 {
		left := make([]*entry[K, V], 0, b.live+b.live/4)
		for _, e := range list {
			if !e.gone.Load() {
				left = append(left, e)
			}
		}
		b.list.Store(&left)
	}
}

func (t bags[K, V]) first(key K) *entry[K, V] {
	for _, e := range t.at(key) {
		if e.live() {
			return e
		}
	}
	return nil
}

func (t bags[K, V]) at(key K) []*entry[K, V] {
	if b, ok := t.keys.Load(key); ok {
		return b.entries()
	}
	return nil
}

func (t bags[K, V]) all() iter.Seq[*entry[K, V]] {
	return func(yield func(*entry[K, V]) bool) {
		t.keys.Range(func(_ K, b *bag[K, V]) bool {
			for _, e := range b.entries() {
				if e.live() && !yield(e) {
					return false
				}
			}
			return true
		})
	}
}

func (t bags[K, V]) size() int { return int(t.count.Value()) }
