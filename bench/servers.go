package main

import (
	"context"
	"sync"
	"testing"

	"github.com/otplint/otplint/internal/benchtest"
	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// counter is the smallest server that does something.
type counter struct{ n int }

type increment struct {
	genserver.CallTo[*counter, int]
}
type incremented struct{ genserver.CastTo[*counter] }
type digest struct {
	genserver.CallTo[*counter, byte]
} // takes a microsecond

func newCounter() *counter { return new(counter) }

func counterChild(id string) supervisor.Child[genserver.Ref[*counter]] {
	return supervisor.Server(id, newCounter)
}

func (*counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n++
		return req.Reply(from, s.n)
	case digest:
		s.n++
		v, err := hash(c, s.n)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, v)
	}
	return c.Unhandled(req)
}

func (s *counter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case incremented:
		s.n++
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func call(b *testing.B, ctx context.Context, ref genserver.Ref[*counter]) {
	if _, err := genserver.Call(ctx, ref, increment{}); err != nil {
		b.Error(err)
	}
}

func work(b *testing.B, ctx context.Context, ref genserver.Ref[*counter]) {
	if _, err := genserver.Call(ctx, ref, digest{}); err != nil {
		b.Error(err)
	}
}

func startDynamic(b *testing.B) {
	ctx := world()
	sup, err := dynsupervisor.Start(ctx, "counters")
	must(b, err)
	serial(b, func(int) {
		_, err := dynsupervisor.StartChild(ctx, sup, counterChild("counter"))
		must(b, err)
	})
	must(b, dynsupervisor.Stop(ctx, sup))
}

func startAlone(b *testing.B) {
	ctx := world()
	all := make([]genserver.Ref[*counter], 0, b.N)
	serial(b, func(int) {
		ref, err := genserver.Start(ctx, newCounter)
		must(b, err)
		all = append(all, ref)
	})
	for _, ref := range all {
		must(b, genserver.Stop(ctx, ref, nil))
	}
}

func callPartitions(b *testing.B) {
	ctx := world()
	child := partition.New("counters", partition.PerCPU, func(int) supervisor.Child[genserver.Ref[*counter]] { return counterChild("counter") })
	under(b, ctx, child)
	b.SetParallelism(16)
	parallel(b, func(i int) { work(b, ctx, partition.For(child.Ref(), i)) })
}

func callOne(b *testing.B) {
	ctx := world()
	child := counterChild("counter")
	under(b, ctx, child)
	b.SetParallelism(16)
	parallel(b, func(int) { work(b, ctx, child.Ref()) })
}

func agentGet(b *testing.B) {
	ctx := world()
	child := agent.Child("value", func() int { return 1 })
	under(b, ctx, child)
	serial(b, func(int) {
		if _, err := agent.Get(ctx, child.Ref(), func(n int) int { return n }); err != nil {
			b.Error(err)
		}
	})
}

func lockedGet(b *testing.B) {
	var mu sync.RWMutex
	value := 1
	get := func(f func(int) int) int {
		mu.RLock()
		defer mu.RUnlock()
		return f(value)
	}
	serial(b, func(int) { get(func(n int) int { return n }) })
}

func castBounded(b *testing.B)   { castAll(b, genserver.Bounded(1000, process.Block)) }
func castUnbounded(b *testing.B) { castAll(b) }

func castAll(b *testing.B, opts ...genserver.Option) {
	ctx := world()
	child := supervisor.Server("counter", newCounter, opts...)
	under(b, ctx, child)
	m := benchtest.Measure(b)
	for range b.N {
		genserver.Cast(ctx, child.Ref(), incremented{})
	}
	call(b, ctx, child.Ref())
	m.Done()
}
