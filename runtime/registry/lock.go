package registry

import (
	"context"
	"fmt"
	"sync"

	"github.com/otplint/otplint/runtime/process"
)

// Lock runs f, in the caller's goroutine, while nobody else runs one under the
// same key with this registry, and returns what f returns. Different keys do
// not wait for each other. A panic in f releases the lock and goes on.
//
// If ctx belongs to a process, the lock is released when the process ends, as
// in Elixir: the f of a process that was killed while busy may then run on
// beside the next one. ctx also bounds the wait for the lock. An f that locks
// the key again waits for itself.
//
// The lock is a matter of the callers alone, and of this *Registry: it takes
// no notice of entries. Lookup or start needs none: see [GetOrStart]. It fails
// with the context's error, and with process.NoProc while the registry does
// not run. (Elixir: lock/3.)
func (r *Registry[K, V]) Lock(ctx context.Context, key K, f func() error) error {
	if _, err := r.running(); err != nil {
		return fmt.Errorf("lock %v: %w", key, err)
	}
	if err := findable(r.id, key); err != nil {
		return fmt.Errorf("lock %v: %w", key, err)
	}
	release, err := r.locks.acquire(ctx, key)
	if err != nil {
		return fmt.Errorf("registry %q: lock %v: %w", r.id, key, err)
	}
	defer release()
	return f()
}

// locks are locks by key. Only those exist that somebody holds or waits for.
type locks[K comparable] struct {
	mu   sync.Mutex
	keys map[K]*lock
}

type lock struct {
	held  chan struct{} // full while it is held
	users int           // who hold it or wait for it
}

func (l *locks[K]) enter(key K) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys == nil {
		l.keys = map[K]*lock{}
	}
	k := l.keys[key]
	if k == nil {
		k = &lock{held: make(chan struct{}, 1)}
		l.keys[key] = k
	}
	k.users++
	return k
}

func (l *locks[K]) leave(key K, k *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.keys, key)
	}
}

// acquire takes the lock of a key. It is released once, by whoever is first:
// the caller or the end of its process.
func (l *locks[K]) acquire(ctx context.Context, key K) (release func(), err error) {
	k := l.enter(key)
	select {
	case k.held <- struct{}{}:
	default:
		select {
		case k.held <- struct{}{}:
		case <-ctx.Done():
			l.leave(key, k)
			return nil, ctx.Err()
		}
	}
	unlock := sync.OnceFunc(func() {
		<-k.held
		l.leave(key, k)
	})
	self, ok := process.SelfOf(ctx)
	if !ok {
		return unlock, nil
	}
	cancel, alive := process.AtExit(self, func(error) { unlock() })
	if !alive {
		unlock()
		return nil, process.ErrFenced
	}
	return func() { cancel(); unlock() }, nil
}
