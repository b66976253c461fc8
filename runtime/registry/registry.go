package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	// ErrNoProcess refuses to register without knowing whom: the context
	// belongs to no process. A process registers itself, with its own
	// context, or is registered by its start, with an Entry.
	ErrNoProcess = errors.New("the context belongs to no process: use the one that a process gets, as in a server's Init")
	// ErrNotRegistered refuses to update an entry that the process does not have.
	ErrNotRegistered = errors.New("not registered under this key by this process")
	// ErrDuplicateKeys refuses what makes sense only where a key has one
	// entry at most.
	ErrDuplicateKeys = errors.New("the registry has duplicate keys")
)

// Registry is the reference to a registry: [New] makes it, and it reaches
// whatever incarnation runs.
type Registry[K comparable, V any] struct {
	id    string
	store supervisor.Resource[*store[K, V]]
	locks locks[K]
}

// Entry is a process in a registry.
type Entry[K comparable, V any] struct {
	Key   K
	PID   process.PID
	Value V
}

// Option is an option of a registry.
type Option func(*options)

type options struct {
	duplicate  bool
	partitions int
	listeners  []process.Dest
	meta       map[any]any
}

// Duplicate lets any number of entries stand under a key, also several of one
// process.
func Duplicate() Option { return func(o *options) { o.duplicate = true } }

// Partitions divides the registry's keys among n processes, to which the
// registrants are linked. The default is 1. Lookups scale without; it is worth
// it where many cores register and unregister at a time.
func Partitions(n int) Option { return func(o *options) { o.partitions = n } }

// Listener has processes told of what is registered and unregistered: they get
// [Registered] and [Unregistered]. Neither is sent when an owner ends; a
// listener that must know monitors it. A listener that is not there, or whose
// bounded mailbox is full, misses the event.
func Listener(to ...process.Dest) Option {
	return func(o *options) { o.listeners = append(o.listeners, to...) }
}

// Meta puts metadata into the registry, each time that it starts; see
// [Registry.Meta].
func Meta(key, value any) Option {
	return func(o *options) {
		if o.meta == nil {
			o.meta = map[any]any{}
		}
		o.meta[key] = value
	}
}

// New is a child of a supervisor that is a registry. Start it before those who
// register in it, under a supervisor that restarts them with it (RestForOne,
// or OneForAll) or that does not need to, since they end when it ends.
//
// It is listed in the node's directory under the kind "registry" and its id.
func New[K comparable, V any](id string, opts ...Option) supervisor.Child[*Registry[K, V]] {
	o := options{partitions: 1}
	for _, opt := range opts {
		opt(&o)
	}
	o.listeners = slices.Clone(o.listeners)
	o.meta = maps.Clone(o.meta)
	child := supervisor.Opened(id,
		func(ctx context.Context) (*store[K, V], error) { return open[K, V](ctx, id, o) },
		func(ctx context.Context, s *store[K, V]) error { return s.serve(ctx) })
	return supervisor.Map(child, func(at supervisor.Resource[*store[K, V]]) *Registry[K, V] {
		return &Registry[K, V]{id: id, store: at}
	})
}

// Dest is the registry's process, to monitor it.
func (r *Registry[K, V]) Dest() process.Dest { return r.store.Dest() }

func (r *Registry[K, V]) String() string { return r.id }

// Running reports whether the registry runs.
func (r *Registry[K, V]) Running() bool {
	_, err := r.store.Get()
	return err == nil
}

// running is the incarnation that runs.
func (r *Registry[K, V]) running() (*store[K, V], error) {
	s, err := r.store.Get()
	if err != nil {
		return nil, fmt.Errorf("registry %q: not running: %w", r.id, err)
	}
	return s, nil
}

// Meta is what the registry keeps under a key for its own users, such as a
// setting that all who use it share; nothing while it does not run. A restart
// resets the metadata to that of the option [Meta].
func (r *Registry[K, V]) Meta(key any) (value any, ok bool) {
	s, err := r.running()
	if err != nil {
		return nil, false
	}
	return s.meta.Load(key)
}

// PutMeta sets metadata. It fails with process.NoProc while the registry does
// not run.
func (r *Registry[K, V]) PutMeta(key, value any) error {
	s, err := r.running()
	if err == nil {
		s.meta.Store(key, value)
	}
	return err
}

// DeleteMeta deletes metadata. It fails with process.NoProc while the registry
// does not run.
func (r *Registry[K, V]) DeleteMeta(key any) error {
	s, err := r.running()
	if err == nil {
		s.meta.Delete(key)
	}
	return err
}

// metadata is a registry's.
type metadata struct{ sync.Map }

func newMetadata(m map[any]any) *metadata {
	var d metadata
	for key, value := range m {
		d.Store(key, value)
	}
	return &d
}
