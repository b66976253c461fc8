package main

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/puzpuzpuz/xsync/v4"

	"github.com/otplint/otplint/runtime/ets"
)

// table is what the workloads of tables use.
type table struct {
	name string
	get  func(k string) int
	put  func(k string, v int)
	add  func(k string)
}

type tables func(b *testing.B) table

func tableOf(work func(b *testing.B, t table)) (list []contender) {
	for _, of := range []struct {
		name string
		make tables
	}{{"ets", etsTable}, {"Mutex+map", mutexMap}, {"RWMutex+map", rwMutexMap}, {"xsync.Map", xsyncMap}} {
		list = append(list, contender{of.name, func(b *testing.B) {
			t := of.make(b)
			for i, k := range names {
				t.put(k, i)
			}
			work(b, t)
		}})
	}
	return list
}

func getOnly(b *testing.B, t table) { parallel(b, func(i int) { t.get(names[i%keys]) }) }

func mostlyGet(b *testing.B, t table) {
	parallel(b, func(i int) {
		if i%10 == 0 {
			t.put(names[i%keys], i)
			return
		}
		t.get(names[i%keys])
	})
}

func count(b *testing.B, t table) { parallel(b, func(i int) { t.add(names[i%16]) }) }

func etsTable(b *testing.B) table {
	ctx := world()
	child := ets.Child("table", func(ctx context.Context) (*ets.Set[string, int], error) {
		return ets.NewSet[string, int](ctx, ets.WithAccess(ets.Public))
	})
	under(b, ctx, child)
	t, err := child.Ref().Get()
	must(b, err)
	return table{
		get: func(k string) int { v, _ := t.Get(ctx, k); return v },
		put: func(k string, v int) { must(b, t.Put(ctx, k, v)) },
		add: func(k string) {
			if _, err := ets.UpdateCounter(ctx, t, k, 1); err != nil {
				b.Error(err)
			}
		},
	}
}

func mutexMap(*testing.B) table {
	var mu sync.Mutex
	m := map[string]int{}
	return table{
		get: func(k string) int { mu.Lock(); defer mu.Unlock(); return m[k] },
		put: func(k string, v int) { mu.Lock(); defer mu.Unlock(); m[k] = v },
		add: func(k string) { mu.Lock(); defer mu.Unlock(); m[k]++ },
	}
}

func rwMutexMap(*testing.B) table {
	var mu sync.RWMutex
	m := map[string]int{}
	return table{
		get: func(k string) int { mu.RLock(); defer mu.RUnlock(); return m[k] },
		put: func(k string, v int) { mu.Lock(); defer mu.Unlock(); m[k] = v },
		add: func(k string) { mu.Lock(); defer mu.Unlock(); m[k]++ },
	}
}

func xsyncMap(*testing.B) table {
	m := xsync.NewMap[string, int]()
	return table{
		get: func(k string) int { v, _ := m.Load(k); return v },
		put: func(k string, v int) { m.Store(k, v) },
		add: func(k string) {
			m.Compute(k, func(v int, _ bool) (int, xsync.ComputeOp) { return v + 1, xsync.UpdateOp })
		},
	}
}

func orderedGet(b *testing.B) {
	ctx := world()
	child := ets.Child("table", func(ctx context.Context) (*ets.OrderedSet[string, int], error) {
		return ets.NewOrderedSet[string, int](ctx, ets.WithAccess(ets.Public))
	})
	under(b, ctx, child)
	t, err := child.Ref().Get()
	must(b, err)
	for i, k := range names {
		must(b, t.Put(ctx, k, i))
	}
	parallel(b, func(i int) { _, _ = t.Get(ctx, names[i%keys]) })
}

func sortedGet(b *testing.B) {
	var mu sync.RWMutex
	sorted := slices.Sorted(slices.Values(names[:]))
	parallel(b, func(i int) {
		mu.RLock()
		defer mu.RUnlock()
		if _, ok := slices.BinarySearch(sorted, names[i%keys]); !ok {
			b.Error("not found")
		}
	})
}
