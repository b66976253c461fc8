package partition_test

import (
	"testing"

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
