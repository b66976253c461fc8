package ets_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/ets"
)

// keyed is what sets of both kinds can do.
type keyed interface {
	ets.Counters[int, int]
	Get(context.Context, int) (int, error)
	Has(context.Context, int) (bool, error)
	All(context.Context) iter.Seq2[int, int]
	Match(context.Context, func(int, int) bool) iter.Seq2[int, int]
	CountMatch(context.Context, func(int, int) bool) (int, error)
	DeleteMatch(context.Context, func(int, int) bool) (int, error)
	Put(context.Context, int, int) error
	PutNew(context.Context, int, int) (bool, error)
	PutAll(context.Context, iter.Seq2[int, int]) error
	PutAllNew(context.Context, iter.Seq2[int, int]) (bool, error)
	Update(context.Context, int, func(int, bool) int) (int, error)
	Delete(context.Context, int) error
	Take(context.Context, int) (int, error)
}

// eachKeyed runs a test with a public set of each kind.
func eachKeyed(t *testing.T, test func(t *testing.T, s keyed)) {
	t.Run("Set", func(t *testing.T) { test(t, opened(t, ets.NewSet[int, int])) })
	t.Run("OrderedSet", func(t *testing.T) { test(t, opened(t, ets.NewOrderedSet[int, int])) })
}

// modelled compares one operation of a table with the same on a map, and returns what both said.
func modelled(s keyed, model map[int]int, op, k, v byte) (got, want string) {
	ctx, key, value := context.Background(), int(k%16), int(v)
	old, exists := model[key]
	notFound := func(ok bool) error {
		if ok {
			return nil
		}
		return ets.ErrNotFound
	}
	say := func(v ...any) string { return fmt.Sprint(append([]any{op % 12, key, value}, v...)...) }
	batch := map[int]int{key: value, (key + 1) % 16: value + 1, (key + 5) % 16: value + 2}
	pred := func(k, v int) bool { return (k+v)%3 == 0 }
	matches := 0
	for k, v := range model {
		if pred(k, v) {
			matches++
		}
	}
	switch op % 12 {
	case 0, 1:
		model[key] = value
		return say(s.Put(ctx, key, value)), say(nil)
	case 2:
		n, err := s.Get(ctx, key)
		return say(n, err), say(old, notFound(exists))
	case 3:
		if !exists {
			model[key] = value
		}
		added, err := s.PutNew(ctx, key, value)
		return say(added, err), say(!exists, nil)
	case 4:
		delete(model, key)
		return say(s.Delete(ctx, key)), say(nil)
	case 5:
		delete(model, key)
		n, err := s.Take(ctx, key)
		return say(n, err), say(old, notFound(exists))
	case 6:
		maps.Copy(model, batch)
		return say(s.PutAll(ctx, maps.All(batch))), say(nil)
	case 7:
		free := true
		for k := range batch {
			_, taken := model[k]
			free = free && !taken
		}
		if free {
			maps.Copy(model, batch)
		}
		added, err := s.PutAllNew(ctx, maps.All(batch))
		return say(added, err), say(free, nil)
	case 8:
		model[key] = old*2 + 1
		n, err := s.Update(ctx, key, func(n int, ok bool) int { return n*2 + map[bool]int{true: 1, false: -99}[ok == exists] })
		return say(n, err), say(old*2+1, nil)
	case 9:
		if exists {
			model[key] += value
		}
		n, err := ets.UpdateCounter(ctx, s, key, value)
		return say(n, err), say(model[key], notFound(exists))
	case 10:
		maps.DeleteFunc(model, pred)
		n, err := s.DeleteMatch(ctx, pred)
		return say(n, err), say(matches, nil)
	default:
		if v%8 == 0 {
			clear(model)
			return say(s.Clear(ctx)), say(nil)
		}
		n, err := s.CountMatch(ctx, pred)
		ok, err2 := s.Has(ctx, key)
		return say(n, err, ok, err2), say(matches, nil, exists, nil)
	}
}

// FuzzKeyed compares sets of both kinds with a map: three bytes are an operation.
func FuzzKeyed(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		script := make([]byte, 900)
		for i := range script {
			script[i] = byte(random.Uint32())
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		eachKeyed(t, func(t *testing.T, s keyed) {
			ctx, model := context.Background(), map[int]int{}
			for op := range slices.Chunk(script, 3) {
				if len(op) < 3 {
					break
				}
				if got, want := modelled(s, model, op[0], op[1], op[2]); got != want {
					t.Fatalf("said %s, want %s", got, want)
				}
				if got := maps.Collect(s.All(ctx)); !maps.Equal(got, model) || s.Len() != len(model) {
					t.Fatalf("%v, Len %d, want %v", got, s.Len(), model)
				}
			}
		})
	})
}

// FuzzOrder compares what depends on the order of an ordered set with a sorted slice.
func FuzzOrder(f *testing.F) {
	f.Add([]byte{9, 3, 200, 3, 0, 77}, byte(5))
	f.Add([]byte{}, byte(5))
	f.Fuzz(func(t *testing.T, keys []byte, from byte) {
		ctx := context.Background()
		s := opened(t, ets.NewOrderedSet[byte, int])
		for i, k := range keys {
			_ = s.Put(ctx, k, i)
		}
		sorted := slices.Compact(slices.Sorted(slices.Values(keys)))
		at, found := slices.BinarySearch(sorted, from)
		after := at
		if found {
			after++
		}
		check := func(what string, seq iter.Seq2[byte, int], want []byte) {
			t.Helper()
			got := []byte{}
			for k := range seq {
				got = append(got, k)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s from %d: %v, want %v", what, from, got, want)
			}
		}
		reversed := slices.Clone(sorted)
		slices.Reverse(reversed)
		check("All", s.All(ctx), sorted)
		check("Backward", s.Backward(ctx), reversed)
		check("Ascend", s.Ascend(ctx, from), sorted[at:])
		check("Descend", s.Descend(ctx, from), reversed[len(sorted)-after:])
		one := func(what string, k byte, err error, want []byte, i int) {
			t.Helper()
			if exists := i >= 0 && i < len(want); exists != (err == nil) || exists && k != want[i] {
				t.Errorf("%s of %d: %d, %v in %v", what, from, k, err, want)
			}
		}
		k, _, err := s.Next(ctx, from)
		one("Next", k, err, sorted, after)
		k, _, err = s.Prev(ctx, from)
		one("Prev", k, err, sorted, at-1)
		k, _, err = s.First(ctx)
		one("First", k, err, sorted, 0)
		k, _, err = s.Last(ctx)
		one("Last", k, err, sorted, len(sorted)-1)
	})
}

// FuzzBag compares bags of both kinds with slices.
func FuzzBag(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		script := make([]byte, 900)
		for i := range script {
			script[i] = byte(random.Uint32())
		}
		f.Add(script, true)
		f.Add(script, false)
	}
	f.Fuzz(func(t *testing.T, script []byte, duplicates bool) {
		ctx := context.Background()
		b := opened(t, ets.NewBag[int, int])
		if duplicates {
			b = opened(t, ets.NewDuplicateBag[int, int])
		}
		model := map[int][]int{}
		put := func(k, v int) {
			if duplicates || !slices.Contains(model[k], v) {
				model[k] = append(model[k], v)
			}
		}
		for op := range slices.Chunk(script, 3) {
			if len(op) < 3 {
				break
			}
			k, v := int(op[1]%4), int(op[2]%8)
			var err error
			switch op[0] % 8 {
			default:
				put(k, v)
				err = b.Put(ctx, k, v)
			case 3:
				delete(model, k)
				err = b.Delete(ctx, k)
			case 4:
				model[k] = slices.DeleteFunc(slices.Clone(model[k]), func(n int) bool { return n == v })
				err = b.DeleteObject(ctx, k, v)
			case 5:
				put(k, v)
				put(k+1, v)
				put(k, v)
				err = b.PutAll(ctx, pairs([]int{k, k + 1, k}, v, v, v))
			case 6:
				free := len(model[k]) == 0
				if free {
					put(k, v)
				}
				var added bool
				if added, err = b.PutNew(ctx, k, v); added != free {
					t.Fatalf("PutNew(%d) with %v: %v", k, model[k], added)
				}
			case 7:
				odd, size := func(k, v int) bool { return v%2 == 1 }, 0
				for k := range model {
					size += len(model[k])
					model[k] = slices.DeleteFunc(slices.Clone(model[k]), func(n int) bool { return odd(k, n) })
					size -= len(model[k])
				}
				var n int
				if n, err = b.DeleteMatch(ctx, odd); n != size {
					t.Fatalf("DeleteMatch: %d, want %d", n, size)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			size := 0
			for k := range 5 {
				size += len(model[k])
				got, err := b.Get(ctx, k)
				has, _ := b.Has(ctx, k)
				if !slices.Equal(got, model[k]) || err != nil || has != (len(model[k]) > 0) {
					t.Fatalf("key %d: %v, %v, %v; want %v", k, got, has, err, model[k])
				}
			}
			all := map[int][]int{}
			for k, v := range b.All(ctx) {
				all[k] = append(all[k], v)
			}
			for k := range 5 {
				if !slices.Equal(all[k], model[k]) {
					t.Fatalf("All: %v, want %v", all, model)
				}
			}
			if b.Len() != size {
				t.Fatalf("Len %d, want %d", b.Len(), size)
			}
		}
	})
}

// Of what many do at once with counters nothing is lost, however they count.
func TestConcurrentCounts(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		var all sync.WaitGroup
		const workers, rounds = 8, 2000
		for w := range workers {
			all.Go(func() {
				for i := range rounds {
					var err error
					if (w+i)%2 == 0 {
						_, err = ets.UpdateCounter(ctx, s, i%3, 1, ets.Default(0))
					} else {
						_, err = s.Update(ctx, i%3, func(n int, _ bool) int {
							runtime.Gosched() // others come between
							return n + 1
						})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		sum := 0
		for _, n := range s.All(ctx) {
			sum += n
		}
		if sum != workers*rounds {
			t.Errorf("%d, want %d", sum, workers*rounds)
		}
	})
}

// Who reads the keys of a PutAll one after the other sees no older one after a newer one; PutAllNew and Take are all or nothing.
func TestPutAllIsIsolated(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		const keys, rounds = 500, 200
		version := func(n int) iter.Seq2[int, int] {
			return func(yield func(int, int) bool) {
				for k := range keys {
					if !yield(k, n) {
						return
					}
				}
			}
		}
		_ = s.PutAll(ctx, version(0))
		var writer, readers sync.WaitGroup
		done := make(chan struct{})
		writer.Go(func() {
			for n := range rounds {
				_ = s.PutAll(ctx, version(n+1))
			}
			close(done)
		})
		for r := range 3 {
			readers.Go(func() {
				last := 0
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					default:
					}
					n, err := s.Get(ctx, (i*311+r)%keys)
					if n < last || err != nil {
						t.Errorf("%d after %d, %v", n, last, err)
						return
					}
					last = n
				}
			})
		}
		writer.Wait()
		readers.Wait()
	})
}

// What matched is deleted only if it matches still.
func TestDeleteMatchLooksAgain(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		_ = s.Put(ctx, 1, 1)
		calls := 0
		n, err := s.DeleteMatch(ctx, func(k, v int) bool {
			if calls++; calls == 1 {
				_ = s.Put(ctx, k, 2)
			}
			return v == 1
		})
		if n != 0 || err != nil || calls != 2 || s.Len() != 1 {
			t.Errorf("%d deleted, %v, after %d calls; %d left", n, err, calls, s.Len())
		}
	})
}

// Of many who put entries with a key in common as new, one succeeds, with all of its entries.
func TestPutAllNewIsOne(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		for range 300 {
			var racers sync.WaitGroup
			won := make(chan int, 4)
			for id := range cap(won) {
				racers.Go(func() {
					if id == 3 { // beside one who puts one of the keys
						if added, _ := s.PutNew(ctx, 0, id); added {
							won <- id
						}
						return
					}
					if added, _ := s.PutAllNew(ctx, pairs([]int{id + 1, 0}, id, id)); added {
						won <- id
					}
				})
			}
			racers.Wait()
			close(won)
			winner, ok := <-won
			if another, two := <-won; !ok || two {
				t.Fatalf("winners %d (%v) and %d", winner, ok, another)
			}
			want := map[int]int{0: winner}
			if winner != 3 {
				want[winner+1] = winner
			}
			if got := maps.Collect(s.All(ctx)); !maps.Equal(got, want) {
				t.Fatalf("%v, want %v", got, want)
			}
			_ = s.Clear(ctx)
		}
	})
}

// A traversal beside writers that make the map grow and shrink sees each key that stays once, and no key twice.
func TestTraversalBesideWriters(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		const stay = 500
		for k := range stay {
			_ = s.Put(ctx, -k-1, 0)
		}
		done := make(chan struct{})
		var writers sync.WaitGroup
		for w := range 2 {
			writers.Go(func() {
				for round := 0; ; round++ {
					select {
					case <-done:
						return
					default:
					}
					for k := range 2000 {
						if round%2 == 0 {
							_ = s.Put(ctx, w*2000+k, round)
						} else {
							_ = s.Delete(ctx, w*2000+k)
						}
						_ = s.Put(ctx, -(k%stay)-1, round)
					}
				}
			})
		}
		for range 30 {
			seen := map[int]int{}
			for k := range s.All(ctx) {
				if seen[k]++; seen[k] > 1 {
					t.Fatalf("key %d seen twice", k)
				}
			}
			for k := range stay {
				if seen[-k-1] != 1 {
					t.Fatalf("key %d seen %d times", -k-1, seen[-k-1])
				}
			}
		}
		close(done)
		writers.Wait()
	})
}

// Of many who take a key, and who delete what matches, each entry goes to one.
func TestConcurrentTakes(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		const n = 2000
		for k := range n {
			_ = s.Put(ctx, k, k)
		}
		got := make(chan int, 4)
		for w := range cap(got) {
			go func() {
				mine := 0
				if w%2 == 0 {
					mine, _ = s.DeleteMatch(ctx, func(k, v int) bool { return true })
				} else {
					for k := range n {
						if _, err := s.Take(ctx, k); err == nil {
							mine++
						}
					}
				}
				got <- mine
			}()
		}
		if sum := <-got + <-got + <-got + <-got; sum != n || s.Len() != 0 {
			t.Errorf("%d were taken of %d, %d are left", sum, n, s.Len())
		}
	})
}

// Many change the values of a few keys of a bag at once: none is lost, and the count is right.
func TestConcurrentBag(t *testing.T) {
	ctx := context.Background()
	b := opened(t, ets.NewDuplicateBag[int, int])
	var all sync.WaitGroup
	const workers, rounds = 6, 500
	for w := range workers {
		all.Go(func() {
			for i := range rounds {
				_ = b.Put(ctx, i%3, w)
				if i%10 == 0 {
					_ = b.Put(ctx, i%3, -w-1)
					_ = b.DeleteObject(ctx, i%3, -w-1)
				}
				if values, err := b.Get(ctx, i%3); err != nil || !slices.Contains(values, w) {
					t.Errorf("%v, %v", values, err)
				}
			}
		})
	}
	all.Wait()
	n, err := b.CountMatch(ctx, func(_, v int) bool { return v >= 0 })
	if n != workers*rounds || b.Len() != n || err != nil {
		t.Errorf("%d counted, Len %d, want %d, %v", n, b.Len(), workers*rounds, err)
	}
}
