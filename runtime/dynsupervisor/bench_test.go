package dynsupervisor_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// many is how many children the benchmarks have.
const many = 100_000

// room is the smallest server that does something.
type room struct{ entered int }

type enter struct{ genserver.CallTo[*room, int] }

func newRoom() *room { return new(room) }

func (*room) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (r *room) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case enter:
		r.entered++
		return req.Reply(from, r.entered)
	}
	return c.Unhandled(req)
}

// hotel starts a supervisor on a quiet node of its own.
func hotel(b *testing.B, opts ...dynsupervisor.Option) (context.Context, dynsupervisor.Ref) {
	b.Helper()
	ctx := process.WithNode(context.Background(), process.NewNode("bench", process.WithLogger(slog.New(slog.DiscardHandler))))
	sup, err := dynsupervisor.Start(ctx, "rooms", opts...)
	if err != nil {
		b.Fatal(err)
	}
	return ctx, sup
}

// each describes a room anew, as a program does whose children differ.
func each() supervisor.Child[genserver.Ref[*room]] { return supervisor.Server("room", newRoom) }

// one is the same description of a room for all.
func one() func() supervisor.Child[genserver.Ref[*room]] {
	c := supervisor.Server("room", newRoom)
	return func() supervisor.Child[genserver.Ref[*room]] { return c }
}

// fill starts n rooms.
func fill(ctx context.Context, b *testing.B, sup dynsupervisor.Ref, n int, child func() supervisor.Child[genserver.Ref[*room]]) []genserver.Ref[*room] {
	b.Helper()
	rooms := make([]genserver.Ref[*room], n)
	for i := range rooms {
		var err error
		if rooms[i], err = dynsupervisor.StartChild(ctx, sup, child()); err != nil {
			b.Fatal(err)
		}
	}
	return rooms
}

func stop(ctx context.Context, b *testing.B, sup dynsupervisor.Ref) {
	b.Helper()
	if err := dynsupervisor.Stop(ctx, sup); err != nil {
		b.Fatal(err)
	}
}

// perChild reports a total of all iterations, and not what an iteration takes.
func perChild(b *testing.B, total float64, unit string) {
	b.ReportMetric(total/float64(b.N)/many, unit)
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStart is the time to start a child, of 100,000.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		ctx, sup := hotel(b)
		fill(ctx, b, sup, many, each)
		b.StopTimer()
		stop(ctx, b, sup)
		b.StartTimer()
	}
	perChild(b, float64(b.Elapsed().Nanoseconds()), "ns/child")
}

// BenchmarkLive is the memory of a child, of 100,000 that were called once and
// rest, with its reference; and of the children of one Child value.
func BenchmarkLive(b *testing.B) {
	live := func(b *testing.B, child func() supervisor.Child[genserver.Ref[*room]]) {
		var total float64
		for b.Loop() {
			before := inUse()
			ctx, sup := hotel(b)
			rooms := fill(ctx, b, sup, many, child)
			for _, r := range rooms {
				if n, err := genserver.Call(ctx, r, enter{}); n != 1 || err != nil {
					b.Fatal(n, err)
				}
			}
			total += inUse() - before
			runtime.KeepAlive(rooms)
			stop(ctx, b, sup)
		}
		perChild(b, total, "bytes/child")
	}
	b.Run("each-described", func(b *testing.B) { live(b, each) })
	b.Run("one-description", func(b *testing.B) { live(b, one()) })
}

// inUse is the memory in use, stacks included, once parked goroutines are given back.
func inUse() float64 {
	var m runtime.MemStats
	for last := uint64(0); ; last = m.HeapInuse + m.StackInuse {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if runtime.NumGoroutine() < 50 && last == m.HeapInuse+m.StackInuse {
			return float64(last)
		}
	}
}

// BenchmarkStop is the time to stop a child, of 100,000 that stop together.
func BenchmarkStop(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		ctx, sup := hotel(b)
		fill(ctx, b, sup, many, each)
		b.StartTimer()
		stop(ctx, b, sup)
	}
	perChild(b, float64(b.Elapsed().Nanoseconds()), "ns/child")
}

// BenchmarkAmong is what it takes to start and terminate a child, and to kill
// one and have it back, among few children and among 100,000.
func BenchmarkAmong(b *testing.B) {
	for _, n := range []int{1, many} {
		ctx, sup := hotel(b, dynsupervisor.Intensity(1<<30, time.Second))
		rooms := fill(ctx, b, sup, n, each)
		node := process.NodeOf(ctx)
		resolve := func(b *testing.B, r genserver.Ref[*room]) process.PID {
			pid, err := r.Dest().Resolve(node)
			if err != nil {
				b.Fatal(err)
			}
			return pid
		}
		b.Run(fmt.Sprintf("start-terminate/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := dynsupervisor.StartChild(ctx, sup, each())
				if err != nil {
					b.Fatal(err)
				}
				if err := dynsupervisor.Terminate(ctx, sup, resolve(b, r)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("kill-restart/%d", n), func(b *testing.B) {
			for b.Loop() {
				process.Exit(ctx, resolve(b, rooms[0]), process.Kill)
				// Its answer comes after the restart, which was in the mailbox before it.
				if _, err := dynsupervisor.CountChildren(ctx, sup); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("count/%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := dynsupervisor.CountChildren(ctx, sup); err != nil {
					b.Fatal(err)
				}
			}
		})
		stop(ctx, b, sup)
	}
}
