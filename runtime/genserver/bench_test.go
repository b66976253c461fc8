package genserver_test

import (
	"context"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// counter is the server of the benchmarks.
type counter struct {
	n    int
	deep bool
	done chan struct{} // closed by a stopAt
}

type (
	add struct {
		genserver.CallTo[*counter, int]
		by int
	}
	bump struct{ genserver.CastTo[*counter] }
)

func (s *counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case add:
		if s.deep {
			s.n += useStack(req.by)
		}
		s.n += req.by
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}

func (s *counter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	s.n++
	return c.NoReply()
}

//go:noinline
func useStack(n int) int {
	var buf [4096]byte
	buf[n&4095] = byte(n)
	return int(buf[(n+1)&4095])
}

func startCounter(b testing.TB, s *counter) genserver.Ref[*counter] {
	ref, err := genserver.Start(context.Background(), func() *counter { return s })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = genserver.Stop(context.Background(), ref, nil) })
	return ref
}

func BenchmarkCall(b *testing.B) {
	for _, bm := range []struct {
		name string
		deep bool
	}{{"trivial", false}, {"4KB", true}} {
		b.Run(bm.name, func(b *testing.B) {
			ref := startCounter(b, &counter{deep: bm.deep})
			ctx := context.Background()
			b.ReportAllocs()
			defer cpu(b)()
			for b.Loop() {
				if _, err := genserver.Call(ctx, ref, add{by: 1}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("raw/"+bm.name, func(b *testing.B) {
			in, out := make(chan int, 1), make(chan int, 1)
			go func() {
				n := 0
				for by := range in {
					if bm.deep {
						n += useStack(by)
					}
					n += by
					out <- n
				}
			}()
			b.ReportAllocs()
			defer cpu(b)()
			for b.Loop() {
				in <- 1
				<-out
			}
			close(in)
		})
	}
}

func BenchmarkCast(b *testing.B) {
	ref := startCounter(b, &counter{})
	ctx := context.Background()
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		genserver.Cast(ctx, ref, bump{})
	}
	if _, err := genserver.Inspect(ctx, ref, func(s *counter) int { return s.n }); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkCastRaw(b *testing.B) {
	var mu sync.Mutex
	var queue []any
	wake := make(chan struct{}, 1)
	n := 0
	quit := make(chan struct{})
	go func() {
		var batch []any
		for range wake {
			for {
				mu.Lock()
				batch, queue = queue, batch[:0]
				mu.Unlock()
				if len(batch) == 0 {
					break
				}
				for i := range batch {
					n++
					batch[i] = nil
				}
			}
		}
		close(quit)
	}()
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		mu.Lock()
		queue = append(queue, bump{})
		first := len(queue) == 1
		mu.Unlock()
		if first {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	}
	close(wake)
	<-quit
}

func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	ctx := process.WithNode(context.Background(), process.NewNode("bench"))
	refs := make([]genserver.Ref[*counter], 0, b.N)
	for b.Loop() {
		ref, _ := genserver.Start(ctx, func() *counter { return &counter{} })
		refs = append(refs, ref)
	}
	runtime.KeepAlive(refs)
}

func TestIdleMemory(t *testing.T) {
	n := process.NewNode("m")
	ctx := process.WithNode(context.Background(), n)
	const count = 100000
	refs := make([]genserver.Ref[*counter], count)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range refs {
		refs[i], _ = genserver.Start(ctx, func() *counter { return &counter{} })
	}
	for _, r := range refs {
		genserver.Call(ctx, r, add{by: 1})
	}
	n.GiveBack()
	time.Sleep(100 * time.Millisecond)
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d bytes heap, %d stack, goroutines %d", (after.HeapAlloc-before.HeapAlloc)/count, (int64(after.StackInuse)-int64(before.StackInuse))/count, runtime.NumGoroutine())
	runtime.KeepAlive(refs)
}

func cpu(b *testing.B) func() {
	var u0, u1 syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u0)
	return func() {
		syscall.Getrusage(syscall.RUSAGE_SELF, &u1)
		ns := func(t syscall.Timeval) int64 { return t.Nano() }
		b.ReportMetric(float64(ns(u1.Utime)+ns(u1.Stime)-ns(u0.Utime)-ns(u0.Stime))/float64(b.N), "cpu-ns/op")
	}
}
