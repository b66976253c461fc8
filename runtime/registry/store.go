package registry

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"reflect"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
)

// store is one incarnation of a registry. The registry's process opens it and
// is linked to its partitions, so that they end together.
type store[K comparable, V any] struct {
	id         string
	owner      process.PID
	node       *process.Node
	duplicate  bool
	listeners  []process.Dest
	meta       *metadata
	seed       maphash.Seed
	partitions []*partition[K, V]
	stopping   atomic.Bool // in an orderly stop: the partitions end before the registry
}

// open starts an incarnation, in the registry's process.
func open[K comparable, V any](ctx context.Context, id string, o options) (*store[K, V], error) {
	if o.partitions < 1 {
		return nil, fmt.Errorf("registry %q: Partitions(%d): want a positive number", id, o.partitions)
	}
	for _, l := range o.listeners {
		if l == nil {
			return nil, fmt.Errorf("registry %q: a Listener is nil", id)
		}
	}
	c, _ := process.ContextOf(ctx)
	s := &store[K, V]{
		id: id, owner: c.Self(), node: c.Node(), duplicate: o.duplicate, listeners: o.listeners,
		meta: newMetadata(o.meta), seed: maphash.MakeSeed(),
	}
	for range o.partitions {
		p, err := startPartition[K, V](c, o.duplicate)
		if err != nil {
			return nil, err
		}
		s.partitions = append(s.partitions, p)
		process.AtExit(p.pid, func(error) { s.lost() })
	}
	return s, s.publish()
}

// lost ends the registry when a partition has ended, before the registrants
// hear. So their supervisor, if it is the registry's too, learns of the
// registry's end first, and restarts them with it rather than in vain.
func (s *store[K, V]) lost() {
	if !s.stopping.Load() {
		process.Exit(context.Background(), s.owner, process.Kill)
	}
}

// publish lists the registry in its node's directory for as long as its
// process lives. Ids are unique among siblings only: the second of a name gets
// its PID into it.
func (s *store[K, V]) publish() error {
	withdraw, err := s.node.Publish("registry", s.id, s)
	if errors.Is(err, process.ErrNameTaken) {
		withdraw, err = s.node.Publish("registry", fmt.Sprintf("%s %v", s.id, s.owner), s)
	}
	if err != nil {
		return err
	}
	if _, ok := process.AtExit(s.owner, func(error) { withdraw() }); !ok {
		withdraw()
	}
	return nil
}

// Summary says what the registry is.
func (s *store[K, V]) Summary() process.Summary {
	kind := "registry"
	if s.duplicate {
		kind = "duplicate registry"
	}
	return process.Summary{
		Type:  fmt.Sprintf("%s[%v,%v]", kind, reflect.TypeFor[K](), reflect.TypeFor[V]()),
		Owner: s.owner,
		Size:  s.count(),
	}
}

// serve waits until the registry is to end, and returns when its partitions
// have ended: then all registrants have got their exit signal.
func (s *store[K, V]) serve(ctx context.Context) error {
	c, _ := process.ContextOf(ctx)
	for {
		_, reason := process.Receive(c) // a message means nothing to it
		if reason == nil {
			continue
		}
		s.stopping.Store(true)
		for _, p := range s.partitions {
			process.Exit(c, p.pid, reason)
		}
		for _, p := range s.partitions {
			_, _ = process.Wait(context.Background(), p.pid) // c has ended; they do not take long
		}
		return reason
	}
}

func (s *store[K, V]) count() (n int) {
	for _, p := range s.partitions {
		n += p.table.size()
	}
	return n
}

// partition is the one that a key belongs to.
func (s *store[K, V]) partition(key K) *partition[K, V] {
	if len(s.partitions) == 1 {
		return s.partitions[0]
	}
	return s.partitions[maphash.Comparable(s.seed, key)%uint64(len(s.partitions))]
}
