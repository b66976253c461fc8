package registry_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// benched starts a registry with n entries of one process.
func benched(b *testing.B, n int, opts ...registry.Option) (context.Context, *registry.Registry[int, int]) {
	b.Helper()
	ctx := context.Background()
	child := registry.New[int, int]("bench", opts...)
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = supervisor.Stop(ctx, sup) })
	r := child.Ref()
	ready := make(chan struct{})
	pid, err := process.Spawn(ctx, func(c *process.Context) error {
		for i := range n {
			if err := r.Register(c, i, i); err != nil {
				b.Error(err)
			}
		}
		close(ready)
		_, err := process.Receive(c)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { process.Exit(ctx, pid, process.Kill) })
	<-ready
	return ctx, r
}

const many = 10_000

// BenchmarkLookup is a lookup among many keys, on all cores.
func BenchmarkLookup(b *testing.B) {
	b.Run("registry", func(b *testing.B) {
		_, r := benched(b, many)
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if _, ok := r.Lookup(i % many); !ok {
					b.Error("not found")
				}
			}
		})
	})
	b.Run("registry 8 partitions", func(b *testing.B) {
		_, r := benched(b, many, registry.Partitions(8))
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if _, ok := r.Lookup(i % many); !ok {
					b.Error("not found")
				}
			}
		})
	})
	b.Run("sync.Map", func(b *testing.B) {
		var m sync.Map
		for i := range many {
			m.Store(i, i)
		}
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if _, ok := m.Load(i % many); !ok {
					b.Error("not found")
				}
			}
		})
	})
}

// BenchmarkRegister is an entry that comes and goes: of a process that keeps another, and of one that has none and is linked each time.
func BenchmarkRegister(b *testing.B) {
	inProcess := func(b *testing.B, kept int, r *registry.Registry[int, int]) {
		done := make(chan struct{})
		if _, err := process.Spawn(context.Background(), func(c *process.Context) error {
			defer close(done)
			for i := range kept {
				if err := r.Register(c, -1-i, i); err != nil {
					return err
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if err := r.Register(c, i, i); err != nil {
					return err
				}
				if err := r.Unregister(c, i); err != nil {
					return err
				}
			}
			b.StopTimer()
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		<-done
	}
	b.Run("registry", func(b *testing.B) {
		_, r := benched(b, 0)
		inProcess(b, 1, r)
	})
	b.Run("registry first and last", func(b *testing.B) {
		_, r := benched(b, 0)
		inProcess(b, 0, r)
	})
	b.Run("sync.Map", func(b *testing.B) {
		var m sync.Map
		b.ReportAllocs()
		for i := range b.N {
			m.LoadOrStore(i, i)
			m.Delete(i)
		}
	})
}

// BenchmarkCall is a call by a direct reference, by one through the registry, and by one that is looked up or started each time.
func BenchmarkCall(b *testing.B) {
	call := func(b *testing.B, ctx context.Context, ref func() genserver.Ref[*room]) {
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			if _, err := genserver.Call(ctx, ref(), ping{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	ctx, r := benched(b, many)
	direct, err := genserver.Start(ctx, newRoom, genserver.WithVia(r.Entry(-1, 0)))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("direct", func(b *testing.B) { call(b, ctx, func() genserver.Ref[*room] { return direct }) })
	b.Run("via", func(b *testing.B) {
		via := registry.Via[*room](r, -1)
		call(b, ctx, func() genserver.Ref[*room] { return via })
	})
	b.Run("GetOrStart", func(b *testing.B) {
		child := supervisor.Server("room", newRoom)
		call(b, ctx, func() genserver.Ref[*room] {
			ref, err := registry.GetOrStart(ctx, r, -1, 0, dynsupervisor.Ref{}, child) // nobody is asked
			if err != nil {
				b.Fatal(err)
			}
			return ref
		})
	})
}

// BenchmarkGetOrStart finds a process that is there.
func BenchmarkGetOrStart(b *testing.B) {
	ctx, r := benched(b, many)
	child := supervisor.Server("room", newRoom)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := registry.GetOrStart(ctx, r, i%many, 0, dynsupervisor.Ref{}, child); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMemory is what a registered, idle server costs beside one that is not: in bytes, and in time to start.
func BenchmarkMemory(b *testing.B) {
	measure := func(b *testing.B, opts func(i int) []genserver.Option) {
		ctx := context.Background()
		servers := make([]genserver.Ref[*room], 0, b.N)
		before := heap()
		b.ResetTimer()
		for i := range b.N {
			s, err := genserver.Start(ctx, newRoom, opts(i)...)
			if err != nil {
				b.Fatal(err)
			}
			servers = append(servers, s)
		}
		b.StopTimer()
		process.NodeOf(ctx).GiveBack()
		b.ReportMetric((float64(heap())-float64(before))/float64(b.N), "B/server")
		for _, s := range servers {
			_ = genserver.Stop(ctx, s, nil)
		}
	}
	b.Run("bare", func(b *testing.B) { measure(b, func(int) []genserver.Option { return nil }) })
	b.Run("registered", func(b *testing.B) {
		_, r := benched(b, 0)
		measure(b, func(i int) []genserver.Option { return []genserver.Option{genserver.WithVia(r.Entry(i, i))} })
	})
}

// heap is the memory in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
