package main

import (
	"context"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

func filledRegistry(b *testing.B, ctx context.Context) *registry.Registry[string, int] {
	b.Helper()
	child := registry.New[string, int]("names")
	holder := supervisor.Opened("holder", func(ctx context.Context) (int, error) {
		for i, name := range names {
			if err := child.Ref().Register(ctx, name, i); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}, func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
	under(b, ctx, child, holder)
	return child.Ref()
}

func registryLookup(b *testing.B) {
	r := filledRegistry(b, world())
	parallel(b, func(i int) {
		if _, ok := r.Lookup(names[i%keys]); !ok {
			b.Error("not found")
		}
	})
}

func syncMapLookup(b *testing.B) {
	var m sync.Map
	for i, name := range names {
		m.Store(name, i)
	}
	parallel(b, func(i int) {
		if _, ok := m.Load(names[i%keys]); !ok {
			b.Error("not found")
		}
	})
}

func registryRegister(b *testing.B) {
	ctx := world()
	child := registry.New[string, int]("names")
	under(b, ctx, child)
	inProcess(b, ctx, func(c *process.Context) {
		serial(b, func(i int) {
			must(b, child.Ref().Register(c, names[i%keys], i))
			must(b, child.Ref().Unregister(c, names[i%keys]))
		})
	})
}

func syncMapRegister(b *testing.B) {
	var m sync.Map
	serial(b, func(i int) {
		m.LoadOrStore(names[i%keys], i)
		m.Delete(names[i%keys])
	})
}

func callVia(b *testing.B) {
	ctx := world()
	child := registry.New[string, int]("names")
	under(b, ctx, child, counterChild("counter").Via(child.Ref().Entry("counter", 0)))
	ref := registry.Via[*counter](child.Ref(), "counter")
	serial(b, func(int) { call(b, ctx, ref) })
}

func callDirect(b *testing.B) {
	ctx := world()
	child := counterChild("counter")
	under(b, ctx, child)
	serial(b, func(int) { call(b, ctx, child.Ref()) })
}
