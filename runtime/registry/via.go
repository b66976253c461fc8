package registry

import (
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// Entry is an entry to be taken by a process when it starts, before its code
// runs: for genserver.WithVia, process.WithVia and supervisor.Child.Via. With
// unique keys, a start fails with *process.AlreadyStarted, and none of the new
// process's code runs, if another process has the key. (Elixir:
// name: {:via, Registry, {registry, key, value}}.)
func (r *Registry[K, V]) Entry(key K, value V) process.Registration {
	return &registration[K, V]{r, key, value}
}

type registration[K comparable, V any] struct {
	r     *Registry[K, V]
	key   K
	value V
}

// Register makes the entry.
func (e *registration[K, V]) Register(pid process.PID) error {
	s, err := e.r.running()
	if err == nil {
		err = s.register(e.key, pid, e.value)
	}
	if err != nil {
		return fmt.Errorf("register %v: %w", e.key, err)
	}
	return nil
}

// Via leads to whoever stands under a unique key at each use; to nobody, with
// process.NoProc, if nobody does. In a registry of duplicate keys it fails
// with ErrDuplicateKeys.
func (r *Registry[K, V]) Via(key K) process.Dest { return &via[K, V]{r, key} }

// Via is a reference to the server that stands under a key at each call. A
// call fails with process.NoProc if none does, and with
// genserver.ErrWrongServer if its state is no S. (Elixir: {:via, Registry, _}.)
func Via[S any, K comparable, V any](r *Registry[K, V], key K) genserver.Ref[S] {
	return genserver.RefTo[S](r.Via(key))
}

type via[K comparable, V any] struct {
	r   *Registry[K, V]
	key K
}

// Resolve looks the key up.
func (v *via[K, V]) Resolve(*process.Node) (process.PID, error) {
	s, err := v.r.store.Get()
	if err != nil {
		return process.PID{}, err
	}
	if s.duplicate {
		return process.PID{}, fmt.Errorf("registry %q: %w: a key may lead to several processes", s.id, ErrDuplicateKeys)
	}
	e := s.partition(v.key).table.first(v.key)
	if e == nil {
		return process.PID{}, process.NoProc
	}
	return e.pid, nil
}

// String names the registry and the key.
func (v *via[K, V]) String() string { return fmt.Sprintf("%s[%v]", v.r.id, v.key) }
