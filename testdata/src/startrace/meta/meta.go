// Package meta writes one defect in many ways.
package meta

import (
	"context"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/startrace/lib"
)

type ref = genserver.Ref[*lib.Room]

type Rooms struct {
	reg *registry.Registry[string, int]
	sup dynsupervisor.Ref
}

func (r Rooms) find(id string) (ref, bool) {
	if _, ok := r.reg.Lookup(id); ok {
		return registry.Via[*lib.Room](r.reg, id), true
	}
	return ref{}, false
}

func (r Rooms) has(id string) bool {
	_, ok := r.reg.Lookup(id)
	return ok
}

func (r Rooms) child(id string) supervisor.Child[ref] { return lib.Child(id).Via(r.reg.Entry(id, 0)) }

func (r Rooms) start(ctx context.Context, id string) (ref, error) {
	return dynsupervisor.StartChild(ctx, r.sup, r.child(id))
}

// Extracted lookup, child and start.
func (r Rooms) Extracted(ctx context.Context, id string) (ref, error) {
	if r.has(id) {
		return registry.Via[*lib.Room](r.reg, id), nil
	}
	return r.start(ctx, id) // want `Rooms.Extracted is exported`
}

// Early returns.
func (r Rooms) Early(ctx context.Context, id string) (found ref, err error) {
	_, ok := r.reg.Lookup(id)
	if !ok {
		found, err = dynsupervisor.StartChild(ctx, r.sup, r.child(id)) // want `Rooms.Early is exported`
	}
	return found, err
}

// Generic key and server.
func Generic[K comparable](ctx context.Context, reg *registry.Registry[K, int], sup dynsupervisor.Ref, key K) error {
	if _, ok := reg.Lookup(key); ok {
		return nil
	}
	_, err := dynsupervisor.StartChild(ctx, sup, lib.Child("x").Via(reg.Entry(key, 1))) // want `Generic is exported`
	return err
}

type finder interface {
	Lookup(key string) (registry.Entry[string, int], bool)
}

// Abstract lookups are not known to be of the registry.
func Abstract(ctx context.Context, f finder, reg *registry.Registry[string, int], id string) error {
	if _, ok := f.Lookup(id); ok {
		return nil
	}
	_, err := genserver.Start(ctx, func() *lib.Room { return &lib.Room{} }, genserver.WithVia(reg.Entry(id, 0)))
	return err
}

type names = registry.Registry[string, int]

// Alias, another variable and a computed key.
func Alias(ctx context.Context, reg *names, id string) error {
	all, key := reg, "room-"+id
	if _, ok := all.Lookup(key); ok {
		return nil
	}
	entry := reg.Entry("room-"+id, 0)
	opts := genserver.WithVia(entry)
	_, err := genserver.Start(ctx, func() *lib.Room { return &lib.Room{} }, opts) // want `Alias is exported`
	return err
}
