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
// processes never stand under one key. (After a crash of the registry itself,
// one that stood there before may live on beside its successor, while its
// callback returns or because it traps exits.)
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
// or the supervisor does not run, and with ErrDuplicateKeys. It tries again,
// as long as ctx lasts, if somebody else was quicker and has ended since, or
// kills the child while it starts.
func GetOrStart[T any, K comparable, V any](ctx context.Context, r *Registry[K, V], key K, value V, sup genserver.To[*dynsupervisor.Sup], child supervisor.Child[T]) (T, error) {
	for {
		s, err := r.store.Get()
		started := false
		switch {
		case err != nil:
			err = fmt.Errorf("not running: %w", err)
		case s.duplicate:
			err = ErrDuplicateKeys
		case s.partition(key).table.first(key) != nil:
			return child.At(r.Via(key)), nil
		default:
			started, err = startAs(ctx, sup, child, r.Entry(key, value))
			if errors.Is(err, dynsupervisor.ErrMaxChildren) && s.partition(key).table.first(key) != nil {
				started, err = true, nil // somebody else was quicker, with the last child
			}
		}
		switch {
		case started:
			return child.At(r.Via(key)), nil
		case err == nil:
			err = ctx.Err() // tries again, unless the time is over
		}
		if err != nil {
			var none T
			return none, fmt.Errorf("registry %q: get or start %v: %w", r.id, key, err)
		}
	}
}

// startAs starts a child with an entry, and reports whether it or somebody
// else who was quicker runs now. Without an error it is worth another try.
func startAs[T any](ctx context.Context, sup genserver.To[*dynsupervisor.Sup], child supervisor.Child[T], entry process.Registration) (started bool, err error) {
	via := &firstTaken{entry: entry}
	_, err = dynsupervisor.StartChild(ctx, sup, child.Via(via))
	var other *process.AlreadyStarted
	switch {
	case err == nil:
		return true, nil
	case via.killed.Load() || wasKilled(err): // by one who found it before it had started
		return false, nil
	case errors.As(err, &other) && via.refused.Load(): // and may have ended since
		return other.PID.Alive(), nil
	}
	return false, err
}

// wasKilled reports whether a start failed because the child or the supervisor
// was killed, not because the child's code failed, for which the death of some
// other process may be the reason.
func wasKilled(err error) bool {
	if failed := (*supervisor.StartError)(nil); errors.As(err, &failed) {
		return failed.Reason == process.Killed
	}
	call := (*genserver.CallError)(nil)
	return errors.As(err, &call) && call.Reason == process.Killed
}

// firstTaken is an entry that a child takes at its first start, or is refused.
// If a restart of the child finds another process there, the child is not
// needed any more.
type firstTaken struct {
	entry   process.Registration
	taken   atomic.Bool
	refused atomic.Bool // the first start found somebody else
	killed  atomic.Bool // before it had the entry
}

// Register makes the entry, or tells the supervisor to forget the child.
func (f *firstTaken) Register(pid process.PID) error {
	err := f.entry.Register(pid)
	var other *process.AlreadyStarted
	switch {
	case err == nil:
		f.taken.Store(true)
	case !pid.Alive():
		f.killed.Store(true)
	case !errors.As(err, &other):
	case f.taken.Load():
		return fmt.Errorf("%w the restart: %w", process.ErrIgnore, err)
	default:
		f.refused.Store(true)
	}
	return err
}
