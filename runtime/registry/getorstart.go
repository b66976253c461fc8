package registry

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// GetOrStart returns the reference to the process that stands under a unique
// key. If there is none it starts child under sup, with the key and the value
// as its entry. Of many who ask at a time one starts it and all get it: two
// processes under one key never live at once.
//
// The reference is child.At(r.Via(key)): it leads to whoever stands under the
// key at each use, and so survives restarts. A process stands there before its
// Init has run; what is sent to it meanwhile waits.
//
// A child that ends may be wanted, and started by GetOrStart, before the
// supervisor comes to restart it. The restart then gives way: the supervisor
// forgets that child, as if its start had been ignored. A Temporary child
// leaves it to GetOrStart alone, which suits most.
//
// ctx bounds the wait. It fails with what dynsupervisor.StartChild fails with,
// among it a child's own failure to start, with process.NoProc if the registry
// or the supervisor does not run, and with ErrDuplicateKeys. That somebody else
// was quicker is no error.
func GetOrStart[T any, K comparable, V any](ctx context.Context, r *Registry[K, V], key K, value V, sup genserver.To[*dynsupervisor.Sup], child supervisor.Child[T]) (T, error) {
	for {
		if r.find(key) != nil {
			return found(r, key, child)
		}
		entry := &firstTaken{entry: r.Entry(key, value)}
		_, err := dynsupervisor.StartChild(ctx, sup, child.Via(entry))
		var other *process.AlreadyStarted
		switch {
		case err == nil:
			return found(r, key, child)
		case !errors.As(err, &other) || !entry.refused.Load():
			return fail[T](r, key, err)
		case other.PID.Alive():
			return found(r, key, child)
		}
		// Whoever was quicker has ended already.
		if err := ctx.Err(); err != nil {
			return fail[T](r, key, err)
		}
	}
}

// found is the reference to who stands under the key.
func found[T any, K comparable, V any](r *Registry[K, V], key K, child supervisor.Child[T]) (T, error) {
	if s, err := r.store.Get(); err == nil && s.duplicate {
		return fail[T](r, key, ErrDuplicateKeys)
	}
	return child.At(r.Via(key)), nil
}

func fail[T any, K comparable, V any](r *Registry[K, V], key K, err error) (none T, _ error) {
	return none, fmt.Errorf("registry %q: get or start %v: %w", r.id, key, err)
}

// firstTaken is an entry that a child takes at its first start, or is refused.
// If a restart of the child finds another process there, the child is not
// needed any more.
type firstTaken struct {
	entry   process.Registration
	taken   atomic.Bool
	refused atomic.Bool // the first start found somebody else
}

// Register makes the entry, or tells the supervisor to forget the child.
func (f *firstTaken) Register(pid process.PID) error {
	err := f.entry.Register(pid)
	var other *process.AlreadyStarted
	switch {
	case err == nil:
		f.taken.Store(true)
	case !errors.As(err, &other):
	case f.taken.Load():
		return fmt.Errorf("%w the restart: %w", process.ErrIgnore, err)
	default:
		f.refused.Store(true)
	}
	return err
}
