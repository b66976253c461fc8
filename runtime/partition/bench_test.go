package partition_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type userID string

func benchmarkFor[K partition.Key](b *testing.B, keys ...K) {
	p := partition.New("set", 16, func(int) supervisor.Child[process.Dest] { return supervisor.Func("child", nil) }).Ref()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if partition.For(p, keys[i%len(keys)]) == nil {
			b.Fatal("nobody")
		}
		i++
	}
}

// BenchmarkFor is what finding the partition of a key costs.
func BenchmarkFor(b *testing.B) {
	b.Run("int", func(b *testing.B) { benchmarkFor(b, 1, -2, 3_000_000) })
	b.Run("int32", func(b *testing.B) { benchmarkFor(b, int32(1), -2, 3_000_000) })
	b.Run("string", func(b *testing.B) {
		benchmarkFor(b, "user-4711", "user-4712", "user-12345678901234567890123456789012345678901234567890")
	})
	b.Run("named-string", func(b *testing.B) {
		benchmarkFor(b, userID("user-4711"), "user-4712", "user-12345678901234567890123456789012345678901234567890")
	})
}

// slow is a server that waits in each call, as for a disk.
type slow struct{}

type work struct{ genserver.CallTo[*slow, int] }

func (*slow) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (*slow) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case work:
		time.Sleep(100 * time.Microsecond)
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// BenchmarkCall is many callers of one server that is slow, and of several that
// share its keys. What a server computes gains as well, with more cores.
func BenchmarkCall(b *testing.B) {
	for _, n := range []int{1, 2, 8} {
		b.Run("partitions-"+strconv.Itoa(n), func(b *testing.B) {
			ctx := context.Background()
			set := partition.New("set", n, func(int) supervisor.Child[genserver.Ref[*slow]] {
				return supervisor.Server("slow", func() *slow { return new(slow) })
			})
			tree, err := supervisor.Start(ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{set}))
			if err != nil {
				b.Fatal(err)
			}
			defer supervisor.Stop(ctx, tree)
			var callers atomic.Int64
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for key := int(callers.Add(1)); pb.Next(); key += 7 {
					if _, err := genserver.Call(ctx, partition.For(set.Ref(), key), work{}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
