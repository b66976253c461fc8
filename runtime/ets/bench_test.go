package ets_test

import (
	"context"
	"iter"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/puzpuzpuz/xsync/v4"
	"github.com/tidwall/btree"

	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/process"
)

// benchKeys is a power of two.
const benchKeys = 1 << 16

// rival is a table or what stands in for one.
type rival struct {
	name string
	get  func(k int) int
	put  func(k, v int)
	add  func(k, by int)
}

func rivals(b *testing.B) []rival {
	ctx := context.Background()
	set := opened(b, ets.NewSet[int, int])
	ordered := opened(b, ets.NewOrderedSet[int, int])
	bare := xsync.NewMap[int, int]()
	tree := btree.NewBTreeG(func(a, b pair) bool { return a.key < b.key }) // with an RWMutex inside
	mu, rw := new(sync.Mutex), new(sync.RWMutex)
	locked := lockedMap{lock: mu, read: mu, m: map[int]int{}}
	shared := lockedMap{lock: rw, read: rw.RLocker(), m: map[int]int{}}
	list := []rival{
		{"Set",
			func(k int) int { v, _ := set.Get(ctx, k); return v },
			func(k, v int) { _ = set.Put(ctx, k, v) },
			func(k, by int) { _, _ = ets.UpdateCounter(ctx, set, k, by) }},
		{"OrderedSet",
			func(k int) int { v, _ := ordered.Get(ctx, k); return v },
			func(k, v int) { _ = ordered.Put(ctx, k, v) },
			func(k, by int) { _, _ = ets.UpdateCounter(ctx, ordered, k, by) }},
		{"xsync",
			func(k int) int { v, _ := bare.Load(k); return v },
			func(k, v int) { bare.Store(k, v) },
			func(k, by int) {
				bare.Compute(k, func(n int, _ bool) (int, xsync.ComputeOp) { return n + by, xsync.UpdateOp })
			}},
		{"btree",
			func(k int) int { p, _ := tree.Get(pair{key: k}); return p.value },
			func(k, v int) { tree.Set(pair{k, v}) },
			nil},
		{"Mutex", locked.get, locked.put, locked.add},
		{"RWMutex", shared.get, shared.put, shared.add},
	}
	for _, r := range list {
		for k := range benchKeys {
			r.put(k, k)
		}
	}
	return list
}

// opened is a public table of a process that ends with the benchmark.
func opened[T ets.Table](b testing.TB, open func(context.Context, ...ets.Option) (T, error)) (t T) {
	ctx := context.Background()
	ready := make(chan error)
	pid, err := process.Spawn(ctx, func(c *process.Context) (err error) {
		t, err = open(c, ets.WithAccess(ets.Public))
		ready <- err
		<-c.Done()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { process.Exit(ctx, pid, process.Shutdown) })
	if err := <-ready; err != nil {
		b.Fatal(err)
	}
	return t
}

type pair struct{ key, value int }

type lockedMap struct {
	lock, read sync.Locker
	m          map[int]int
}

func (l *lockedMap) get(k int) int {
	l.read.Lock()
	defer l.read.Unlock()
	return l.m[k]
}

func (l *lockedMap) put(k, v int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.m[k] = v
}

func (l *lockedMap) add(k, by int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.m[k] += by
}

// parallel runs an operation with random keys on all cores.
func parallel(b *testing.B, counts bool, op func(r rival, key int, percent uint64)) {
	for _, r := range rivals(b) {
		if counts && r.add == nil {
			continue
		}
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				random := rand.NewPCG(rand.Uint64(), 1)
				for pb.Next() {
					n := random.Uint64()
					op(r, int(n%benchKeys), n>>32%100)
				}
			})
		})
	}
}

func BenchmarkGet(b *testing.B) {
	parallel(b, false, func(r rival, k int, _ uint64) { r.get(k) })
}

func BenchmarkGet90Put10(b *testing.B) {
	parallel(b, false, func(r rival, k int, percent uint64) {
		if percent < 10 {
			r.put(k, k)
		} else {
			r.get(k)
		}
	})
}

func BenchmarkPut(b *testing.B) {
	parallel(b, false, func(r rival, k int, _ uint64) { r.put(k, k) })
}

func BenchmarkUpdateCounter(b *testing.B) {
	parallel(b, true, func(r rival, k int, _ uint64) {
		r.add(k, 1)
	})
}

// BenchmarkOneCounter is all cores on one key.
func BenchmarkOneCounter(b *testing.B) {
	parallel(b, true, func(r rival, _ int, _ uint64) {
		r.add(1, 1)
	})
}

// BenchmarkUpdate is the change of a value by a function of the caller's.
func BenchmarkUpdate(b *testing.B) {
	ctx := context.Background()
	set := opened(b, ets.NewSet[int, int])
	for k := range benchKeys {
		_ = set.Put(ctx, k, k)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		random := rand.NewPCG(rand.Uint64(), 1)
		for pb.Next() {
			_, _ = set.Update(ctx, int(random.Uint64()%benchKeys), func(n int, _ bool) int { return n + 1 })
		}
	})
}

// BenchmarkRange goes through all of a table; the map is read under a lock.
func BenchmarkRange(b *testing.B) {
	ctx := context.Background()
	set, ordered := opened(b, ets.NewSet[int, int]), opened(b, ets.NewOrderedSet[int, int])
	var mu sync.RWMutex
	m := map[int]int{}
	for k := range benchKeys {
		_, _ = set.Put(ctx, k, k), ordered.Put(ctx, k, k)
		m[k] = k
	}
	walk := func(name string, all iter.Seq2[int, int]) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for range all {
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchKeys, "ns/entry")
		})
	}
	walk("Set", set.All(ctx))
	walk("OrderedSet", ordered.All(ctx))
	walk("RWMutex", func(yield func(int, int) bool) {
		mu.RLock()
		defer mu.RUnlock()
		maps.All(m)(yield)
	})
}

// BenchmarkFirstOfRange takes ten entries from a random key on, while every tenth operation is a write.
func BenchmarkFirstOfRange(b *testing.B) {
	ctx := context.Background()
	ordered := opened(b, ets.NewOrderedSet[int, int])
	for k := range benchKeys {
		_ = ordered.Put(ctx, k, k)
	}
	for _, writes := range []struct {
		name  string
		every uint64
	}{{"reads", 0}, {"tenth is a write", 10}} {
		b.Run(writes.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				random := rand.NewPCG(rand.Uint64(), 1)
				for pb.Next() {
					n := random.Uint64()
					k := int(n % benchKeys)
					if writes.every > 0 && n>>32%writes.every == 0 {
						_ = ordered.Put(ctx, k, k)
						continue
					}
					left := 10
					for range ordered.Ascend(ctx, k) {
						if left--; left == 0 {
							break
						}
					}
				}
			})
		})
	}
}

// BenchmarkPutAll puts ten entries at once.
func BenchmarkPutAll(b *testing.B) {
	ctx := context.Background()
	set, ordered := opened(b, ets.NewSet[int, int]), opened(b, ets.NewOrderedSet[int, int])
	for k := range benchKeys {
		_, _ = set.Put(ctx, k, k), ordered.Put(ctx, k, k)
	}
	for name, putAll := range map[string]func(context.Context, iter.Seq2[int, int]) error{"Set": set.PutAll, "OrderedSet": ordered.PutAll} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				_ = putAll(ctx, func(yield func(int, int) bool) {
					for k := range 10 {
						if !yield((n*7919+k)%benchKeys, n) {
							return
						}
					}
				})
			}
		})
	}
}
