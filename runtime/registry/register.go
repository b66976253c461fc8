package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/otplint/otplint/runtime/process"
)

// Register makes an entry for the process that ctx belongs to, until that
// ends. Only the process's own goroutine may register it.
//
// With unique keys it fails with *process.AlreadyStarted, which names the
// holder, if a process has the key, this one included. It fails with
// ErrNoProcess, with process.ErrFenced if the process has ended, and with
// process.NoProc while the registry does not run. (Elixir: register/3.)
func (r *Registry[K, V]) Register(ctx context.Context, key K, value V) error {
	s, c, err := r.enter(ctx)
	if err == nil {
		err = s.register(key, c.Self(), value)
	}
	if err != nil {
		return fmt.Errorf("register %v: %w", key, err)
	}
	return nil
}

// enter is how a process comes to change its own entries.
func (r *Registry[K, V]) enter(ctx context.Context) (*store[K, V], *process.Context, error) {
	s, err := r.running()
	if err != nil {
		return nil, nil, err
	}
	c, ok := process.ContextOf(ctx)
	switch {
	case !ok:
		return nil, nil, fmt.Errorf("registry %q: %w", r.id, ErrNoProcess)
	case !c.Self().Alive():
		return nil, nil, fmt.Errorf("registry %q: %w", r.id, process.ErrFenced)
	}
	return s, c, nil
}

func (s *store[K, V]) register(key K, pid process.PID, value V) error {
	if err := findable(s.id, key); err != nil {
		return err
	}
	p := s.partition(key)
	if err := p.register(newEntry(key, pid, value)); err != nil {
		if errors.Is(err, process.NoProc) && !p.pid.Alive() {
			err = fmt.Errorf("not running: %w", err)
		}
		return fmt.Errorf("registry %q: %w", s.id, err)
	}
	s.registered(key, pid, value)
	return nil
}

// findable refuses a key that is a NaN, or has one in it.
func findable[K comparable](id string, key K) error {
	if !equal(key, key) {
		return fmt.Errorf("registry %q: the key does not equal itself, so nobody could find it", id)
	}
	return nil
}

func equal[K comparable](a, b K) bool { return a == b }

// Unregister removes all entries of the process that ctx belongs to under the
// key. That there is none, or another process's, is no error. It fails as
// [Registry.Register] does otherwise. (Elixir: unregister/2.)
func (r *Registry[K, V]) Unregister(ctx context.Context, key K) error {
	s, c, err := r.enter(ctx)
	if err != nil {
		return fmt.Errorf("unregister %v: %w", key, err)
	}
	p := s.partition(key)
	if s.duplicate {
		p.unregisterKey(c, key)
	} else if e := p.table.first(key); e != nil {
		p.unregisterOne(c, e)
	}
	s.unregistered(key, c.Self())
	return nil
}

// UnregisterMatch is Unregister of those entries whose value match accepts.
// (Elixir: unregister_match/4.)
func (r *Registry[K, V]) UnregisterMatch(ctx context.Context, key K, match func(V) bool) error {
	s, c, err := r.enter(ctx)
	if err != nil {
		return fmt.Errorf("unregister %v: %w", key, err)
	}
	p := s.partition(key)
	for _, e := range p.of(c.Self(), func(e *entry[K, V]) bool { return e.key == key }) {
		if match(*e.value.Load()) { // the user's code: no lock is held
			p.unregisterOne(c, e)
		}
	}
	s.unregistered(key, c.Self())
	return nil
}

// UpdateValue replaces the value of the entry that the process has under a
// unique key by what f makes of it, and returns the new value and the old one.
// It fails with ErrNotRegistered if the process has no such entry, with
// ErrDuplicateKeys, and as [Registry.Register] does. (Elixir: update_value/3.)
func (r *Registry[K, V]) UpdateValue(ctx context.Context, key K, f func(V) V) (now, before V, err error) {
	s, c, err := r.enter(ctx)
	if err == nil && s.duplicate {
		err = fmt.Errorf("registry %q: %w", r.id, ErrDuplicateKeys)
	}
	var e *entry[K, V]
	if err == nil {
		if e = s.partition(key).table.first(key); e == nil || e.pid != c.Self() {
			err = fmt.Errorf("registry %q: %w", r.id, ErrNotRegistered)
		}
	}
	if err != nil {
		return now, before, fmt.Errorf("update %v: %w", key, err)
	}
	for { // nobody but the process changes it, unless it uses goroutines
		old := e.value.Load()
		value := f(*old)
		if e.value.CompareAndSwap(old, &value) {
			return value, *old, nil
		}
	}
}
