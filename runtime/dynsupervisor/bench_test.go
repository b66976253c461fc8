package dynsupervisor_test

import (
	"context"
	"log/slog"
	"runtime"
	"testing"

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

// fill starts n rooms, each described anew as a program would.
func fill(ctx context.Context, b *testing.B, sup dynsupervisor.Ref, n int) []genserver.Ref[*room] {
	b.Helper()
	rooms := make([]genserver.Ref[*room], n)
	for i := range rooms {
		var err error
		if rooms[i], err = dynsupervisor.StartChild(ctx, sup, supervisor.Server("room", newRoom)); err != nil {
			b.Fatal(err)
		}
	}
	return rooms
}

func perChild(b *testing.B, total float64, unit string) {
	b.ReportMetric(total/float64(b.N)/many, unit)
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStart is the time to start a child beside those that live.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ctx, sup := hotel(b)
		fill(ctx, b, sup, many)
		b.StopTimer()
		if err := dynsupervisor.Stop(ctx, sup); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	perChild(b, float64(b.Elapsed().Nanoseconds()), "ns/child")
}

// BenchmarkLive is the memory of a child that was called once and rests, with its reference.
func BenchmarkLive(b *testing.B) {
	var total float64
	for b.Loop() {
		ctx, sup := hotel(b)
		before := inUse()
		rooms := fill(ctx, b, sup, many)
		for _, r := range rooms {
			if n, err := genserver.Call(ctx, r, enter{}); n != 1 || err != nil {
				b.Fatal(n, err)
			}
		}
		total += inUse() - before
		runtime.KeepAlive(rooms)
		if err := dynsupervisor.Stop(ctx, sup); err != nil {
			b.Fatal(err)
		}
	}
	perChild(b, total, "bytes/child")
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

// BenchmarkStop is the time to stop a child together with the others.
func BenchmarkStop(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		ctx, sup := hotel(b)
		fill(ctx, b, sup, many)
		b.StartTimer()
		if err := dynsupervisor.Stop(ctx, sup); err != nil {
			b.Fatal(err)
		}
	}
	perChild(b, float64(b.Elapsed().Nanoseconds()), "ns/child")
}
