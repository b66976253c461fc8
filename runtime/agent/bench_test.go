package agent_test

import (
	"context"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/agent"
)

func run(b *testing.B, op func(ctx context.Context, a agent.Ref[int])) {
	ctx := context.Background()
	a, err := agent.Start(ctx, func() int { return 0 })
	if err != nil {
		b.Fatal(err)
	}
	defer agent.Stop(ctx, a)
	b.ReportAllocs()
	for b.Loop() {
		op(ctx, a)
	}
}

func BenchmarkGet(b *testing.B) {
	run(b, func(ctx context.Context, a agent.Ref[int]) { _, _ = agent.Get(ctx, a, same) })
}

func BenchmarkUpdate(b *testing.B) {
	run(b, func(ctx context.Context, a agent.Ref[int]) { _ = agent.Update(ctx, a, inc) })
}

func BenchmarkCast(b *testing.B) {
	run(b, func(ctx context.Context, a agent.Ref[int]) { agent.Cast(ctx, a, inc) })
}

// BenchmarkMutex is what an agent costs more than: a value behind a lock.
func BenchmarkMutex(b *testing.B) {
	var mu sync.Mutex
	value := 0
	update := func(f func(int) int) {
		mu.Lock()
		defer mu.Unlock()
		value = f(value)
	}
	for b.Loop() {
		update(inc)
	}
}
