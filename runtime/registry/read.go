package registry

import (
	"iter"
	"slices"

	"github.com/otplint/otplint/runtime/process"
)

// Lookup is the entry under a key, the oldest if keys are duplicate. ok is
// false if there is none. (Elixir: lookup/2 and whereis_name/1.)
func (r *Registry[K, V]) Lookup(key K) (entry Entry[K, V], ok bool) {
	if e := r.find(key); e != nil {
		return e.public(), true
	}
	return entry, false
}

// find is the first live entry under a key, or nil.
func (r *Registry[K, V]) find(key K) *entry[K, V] {
	s, err := r.store.Get()
	if err != nil {
		return nil
	}
	return s.partition(key).table.first(key)
}

// Entries are the entries under a key, the oldest first. (Elixir: lookup/2.)
func (r *Registry[K, V]) Entries(key K) iter.Seq[Entry[K, V]] {
	return func(yield func(Entry[K, V]) bool) {
		for _, e := range r.at(key) {
			if e.live() && !yield(e.public()) {
				return
			}
		}
	}
}

// at are the entries under a key, as [table] has them.
func (r *Registry[K, V]) at(key K) []*entry[K, V] {
	s, err := r.store.Get()
	if err != nil {
		return nil
	}
	return s.partition(key).table.at(key)
}

// All are all entries, in no order. (Elixir: select/2.)
func (r *Registry[K, V]) All() iter.Seq[Entry[K, V]] {
	return func(yield func(Entry[K, V]) bool) {
		s, err := r.store.Get()
		if err != nil {
			return
		}
		for _, p := range s.partitions {
			for e := range p.table.all() {
				if !yield(e.public()) {
					return
				}
			}
		}
	}
}

// Match are the entries under a key whose value match accepts. (Elixir:
// match/4, whose patterns and guards are a function here.)
func (r *Registry[K, V]) Match(key K, match func(V) bool) iter.Seq[Entry[K, V]] {
	return filter(r.Entries(key), func(e Entry[K, V]) bool { return match(e.Value) })
}

// Select are all entries that match accepts, in no order. (Elixir: select/2.)
func (r *Registry[K, V]) Select(match func(Entry[K, V]) bool) iter.Seq[Entry[K, V]] {
	return filter(r.All(), match)
}

// Count counts all entries. (Elixir: count/1.)
func (r *Registry[K, V]) Count() int {
	s, err := r.store.Get()
	if err != nil {
		return 0
	}
	return s.count()
}

// CountMatch counts what [Registry.Match] finds. (Elixir: count_match/4.)
func (r *Registry[K, V]) CountMatch(key K, match func(V) bool) int { return count(r.Match(key, match)) }

// CountSelect counts what [Registry.Select] finds. (Elixir: count_select/2.)
func (r *Registry[K, V]) CountSelect(match func(Entry[K, V]) bool) int { return count(r.Select(match)) }

// Keys are the keys of a process, in no order, each as often as it has entries
// under it. (Elixir: keys/2.)
func (r *Registry[K, V]) Keys(pid process.PID) (keys []K) {
	s, err := r.store.Get()
	if err != nil {
		return nil
	}
	for _, p := range s.partitions {
		for _, e := range p.of(pid, func(*entry[K, V]) bool { return true }) {
			keys = append(keys, e.key)
		}
	}
	return keys
}

// Values are the values of a process's entries under a key. (Elixir: values/3.)
func (r *Registry[K, V]) Values(key K, pid process.PID) (values []V) {
	s, err := r.store.Get()
	if err != nil {
		return nil
	}
	for _, e := range s.partition(key).of(pid, func(e *entry[K, V]) bool { return e.key == key }) {
		values = append(values, *e.value.Load())
	}
	return values
}

// Dispatch calls f once, in the caller's goroutine, with all entries under a
// key, and not at all if there is none. What it does is f's: it may send to
// each, or to one. (Elixir: dispatch/4, which calls once for each partition
// that has entries; here all entries of a key are in one.)
func (r *Registry[K, V]) Dispatch(key K, f func([]Entry[K, V])) {
	if entries := slices.Collect(r.Entries(key)); len(entries) > 0 {
		f(entries)
	}
}

func filter[E any](seq iter.Seq[E], match func(E) bool) iter.Seq[E] {
	return func(yield func(E) bool) {
		for e := range seq {
			if match(e) && !yield(e) {
				return
			}
		}
	}
}

func count[E any](seq iter.Seq[E]) (n int) {
	for range seq {
		n++
	}
	return n
}
