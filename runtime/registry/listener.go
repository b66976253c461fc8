package registry

import (
	"context"

	"github.com/otplint/otplint/runtime/process"
)

// Registered tells a [Listener] of a new entry.
type Registered[K comparable, V any] struct {
	Registry string // its id
	Key      K
	PID      process.PID
	Value    V
}

// Unregistered tells a [Listener] that a process has unregistered a key, also
// if it had no entry under it. It is not sent when a process ends.
type Unregistered[K comparable] struct {
	Registry string
	Key      K
	PID      process.PID
}

// registered tells the listeners of a new entry.
func (s *store[K, V]) registered(key K, pid process.PID, value V) {
	if len(s.listeners) > 0 { // else nothing is made
		s.notify(Registered[K, V]{s.id, key, pid, value})
	}
}

// unregistered tells the listeners that a process has given up a key.
func (s *store[K, V]) unregistered(key K, pid process.PID) {
	if len(s.listeners) > 0 {
		s.notify(Unregistered[K]{s.id, key, pid})
	}
}

func (s *store[K, V]) notify(event any) {
	ctx := process.WithNode(context.Background(), s.node)
	for _, l := range s.listeners {
		_ = process.TrySend(ctx, l, event) // one that is not there misses it
	}
}
