package task_test

import (
	"context"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

func one(context.Context) (int, error) { return 1, nil }

func same(_ context.Context, n int) (int, error) { return n, nil }

// inProcess runs a benchmark in a process, as a server would.
func inProcess(b *testing.B, f func(c *process.Context)) {
	done := make(chan struct{})
	_, err := process.Spawn(context.Background(), func(c *process.Context) error {
		defer close(done)
		f(c)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	<-done
}

func BenchmarkAsyncAwait(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	for b.Loop() {
		if _, err := task.Async(ctx, one).Await(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAsyncAwaitLinked(b *testing.B) {
	inProcess(b, func(c *process.Context) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := task.Async(c, one).Await(c); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkGoChannel is what a task costs more than: a goroutine that sends its answer.
func BenchmarkGoChannel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		answer := make(chan int, 1)
		go func() {
			n, _ := one(context.Background())
			answer <- n
		}()
		<-answer
	}
}

// numbers are b.N inputs.
func numbers(b *testing.B) func(func(int) bool) {
	return func(yield func(int) bool) {
		for n := 0; n < b.N; n++ {
			if !yield(n) {
				return
			}
		}
	}
}

func stream(b *testing.B, f func(context.Context, int) (int, error), opts ...task.StreamOption) {
	b.ReportAllocs()
	got := 0
	for _, err := range task.AsyncStream(context.Background(), numbers(b), f, append(opts, task.MaxConcurrency(8))...) {
		if err != nil {
			b.Fatal(err)
		}
		got++
	}
	if got != b.N {
		b.Fatalf("%d of %d", got, b.N)
	}
}

func semaphore(b *testing.B, f func(context.Context, int) (int, error)) {
	b.ReportAllocs()
	var group sync.WaitGroup
	room := make(chan struct{}, 8)
	results := make([]int, b.N)
	for n := range numbers(b) {
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			results[n], _ = f(context.Background(), n)
		})
	}
	group.Wait()
}

// One op is one item. BenchmarkSemaphore does the same work without processes, results, order and timeouts, as errgroup would.
func BenchmarkStream(b *testing.B)          { stream(b, same) }
func BenchmarkStreamUnordered(b *testing.B) { stream(b, same, task.Ordered(false)) }
func BenchmarkStreamNoTimeout(b *testing.B) { stream(b, same, task.Timeout(supervisor.Infinity)) }
func BenchmarkSemaphore(b *testing.B)       { semaphore(b, same) }

// The same with items that have something to do.
func BenchmarkStreamWork(b *testing.B)    { stream(b, work) }
func BenchmarkSemaphoreWork(b *testing.B) { semaphore(b, work) }

// work takes some 10 µs.
func work(_ context.Context, n int) (int, error) {
	x := uint32(n) | 1
	for range 5000 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
	}
	return int(x), nil
}

func BenchmarkAsyncNoLinkAwait(b *testing.B) {
	ctx := context.Background()
	child := task.Supervisor("tasks")
	root, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}))
	if err != nil {
		b.Fatal(err)
	}
	defer supervisor.Stop(ctx, root)
	b.ReportAllocs()
	for b.Loop() {
		t, err := task.AsyncNoLink(ctx, child.Ref(), one)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := t.Await(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
