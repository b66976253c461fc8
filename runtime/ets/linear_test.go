package ets_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/otplint/otplint/runtime/ets"
)

// contents are the values of the keys 0, 1 and 2; 0 is none.
type contents [3]int

// call is one operation that was made: when by a clock all share, and what it said.
type call struct {
	operation
	said         int
	began, ended int64
}

// operation does something to a table and to contents; what both say is to be the same.
type operation struct {
	name  string
	do    func(s keyed) int
	model func(c *contents) int
}

func had(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// everything are entries for all keys, far apart among others.
func everything(v int) func(yield func(int, int) bool) {
	return func(yield func(int, int) bool) {
		for i := range 201 {
			k := 1000 + i
			if i%100 == 0 {
				k = i / 100
			}
			if !yield(k, v) {
				return
			}
		}
	}
}

// randomOperation is one that puts v if it puts something.
func randomOperation(v int) operation {
	ctx, k := context.Background(), rand.IntN(3)
	switch rand.IntN(12) {
	case 0, 1:
		return operation{fmt.Sprintf("Put(%d, %d)", k, v), func(s keyed) int { _ = s.Put(ctx, k, v); return 0 },
			func(c *contents) int { c[k] = v; return 0 }}
	case 2, 3:
		return operation{fmt.Sprintf("PutAll(%d)", v), func(s keyed) int { _ = s.PutAll(ctx, everything(v)); return 0 },
			func(c *contents) int { *c = contents{v, v, v}; return 0 }}
	case 4:
		return operation{fmt.Sprintf("PutAllNew(%d)", v), func(s keyed) int {
			added, _ := s.PutAllNew(ctx, pairs([]int{0, 1, 2}, v, v, v))
			return had(added)
		}, func(c *contents) int {
			if *c != (contents{}) {
				return 0
			}
			*c = contents{v, v, v}
			return 1
		}}
	case 5:
		return operation{fmt.Sprintf("Take(%d)", k), func(s keyed) int { n, _ := s.Take(ctx, k); return n },
			func(c *contents) int { n := c[k]; c[k] = 0; return n }}
	case 6:
		return operation{fmt.Sprintf("count(%d)", k), func(s keyed) int { n, _ := ets.UpdateCounter(ctx, s, k, 1, ets.Default(0)); return n },
			func(c *contents) int { c[k]++; return c[k] }}
	case 7:
		return operation{"Clear", func(s keyed) int { _ = s.Clear(ctx); return 0 },
			func(c *contents) int { *c = contents{}; return 0 }}
	case 8: // only that reads of an ordered set find a snapshot
		return operation{"All", func(s keyed) int {
			for range s.All(ctx) {
				break
			}
			return 0
		}, func(*contents) int { return 0 }}
	}
	return operation{fmt.Sprintf("Get(%d)", k), func(s keyed) int { n, _ := s.Get(ctx, k); return n },
		func(c *contents) int { return c[k] }}
}

// linear reports whether there is an order of the calls that explains what they said, in which none comes after one that began when
// it had ended: the search of Wing and Gong, without trying what it has tried.
func linear(calls []call) bool {
	type point struct {
		done uint64
		contents
	}
	tried := map[point]bool{}
	var search func(p point) bool
	search = func(p point) bool {
		if p.done == 1<<len(calls)-1 {
			return true
		}
		if tried[p] {
			return false
		}
		tried[p] = true
		first := int64(1 << 62) // the end of those that are left
		for i, c := range calls {
			if p.done>>i&1 == 0 {
				first = min(first, c.ended)
			}
		}
		for i, c := range calls {
			if p.done>>i&1 == 1 || c.began > first {
				continue
			}
			next := point{p.done | 1<<i, p.contents}
			if c.model(&next.contents) == c.said && search(next) {
				return true
			}
		}
		return false
	}
	return search(point{})
}

// What operations say that many make at once, of one key and of all, they could have said one after the other.
func TestLinearizable(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		const workers, each, histories = 4, 8, 400
		for range histories {
			_ = s.Clear(context.Background())
			var clock atomic.Int64
			var all sync.WaitGroup
			calls := make([]call, workers*each)
			for i := range calls {
				calls[i].operation = randomOperation(i*100 + 1)
			}
			for w := range workers {
				all.Go(func() {
					for i := range each {
						c := &calls[w*each+i]
						if rand.IntN(4) == 0 {
							runtime.Gosched()
						}
						c.began = clock.Add(1)
						c.said = c.do(s)
						c.ended = clock.Add(1)
					}
				})
			}
			all.Wait()
			if !linear(calls) {
				var b strings.Builder
				for _, c := range calls {
					fmt.Fprintf(&b, "%4d to %4d: %s said %d\n", c.began, c.ended, c.name, c.said)
				}
				t.Fatalf("no order explains\n%s", &b)
			}
		}
	})
}

// The search finds what cannot be explained.
func TestLinear(t *testing.T) {
	put := operation{model: func(c *contents) int { *c = contents{1, 1, 1}; return 0 }}
	get := func(k int) operation { return operation{model: func(c *contents) int { return c[k] }} }
	for _, c := range []struct {
		calls []call
		want  bool
	}{
		{[]call{{put, 0, 1, 10}, {get(0), 1, 2, 3}, {get(1), 0, 4, 5}}, false}, // new, then old
		{[]call{{put, 0, 1, 10}, {get(0), 1, 2, 4}, {get(1), 0, 3, 5}}, true},  // at once
		{[]call{{put, 0, 1, 2}, {get(0), 0, 3, 4}}, false},                     // old after the end
	} {
		if got := linear(c.calls); got != c.want {
			t.Errorf("%v", got)
		}
	}
}
