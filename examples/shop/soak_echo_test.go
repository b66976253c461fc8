//go:build soak

package main

import (
	"context"
	"hash/maphash"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// echoServer answers numbers with themselves: at once, later, twice, from another goroutine, too late.
type echoServer struct{ s *soak }

type echoRef = genserver.Ref[*echoServer]

type echo struct {
	genserver.CallTo[*echoServer, uint64]
	n       uint64
	handled *atomic.Int32
}

type later struct {
	caller genserver.Caller[uint64]
	n      uint64
}

func (s *soak) echoChild(id string) supervisor.Child[echoRef] {
	return supervisor.Server(id, func() *echoServer { return &echoServer{s} })
}

func (e *echoServer) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (e *echoServer) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case echo:
		if times := req.handled.Add(1); times != 1 {
			e.s.failf("request %d was handled %d times", req.n, times)
		}
		caller := req.Caller(from)
		switch req.n % 4 {
		case 0:
			c.SendAfter(time.Duration(req.n%3)*time.Millisecond, later{caller, req.n})
			return c.NoReply()
		case 1:
			go func() {
				caller.Reply(req.n)
				caller.Reply(0)
			}()
			return c.NoReply()
		case 2:
			c.SendAfter(time.Millisecond, later{caller, 0}) // must not reach anybody
		}
		return req.Reply(from, req.n)
	}
	return c.Unhandled(req)
}

func (e *echoServer) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case later:
		msg.caller.Reply(msg.n)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// echoer checks that each answer is to what was asked. Some callers have no patience.
func (s *soak) echoer(ctx context.Context) {
	rng := s.rng()
	for n := s.client.Add(1) << 40; ctx.Err() == nil; n++ {
		patience := attempt
		if rng.IntN(3) == 0 {
			patience = time.Duration(rng.IntN(2000)) * time.Microsecond
		}
		call, cancel := context.WithTimeout(s.ctx, patience)
		got, err := genserver.Call(call, s.echo, echo{n: n, handled: new(atomic.Int32)})
		cancel()
		switch {
		case err != nil:
			s.requests.add("echo unanswered")
		case got != n:
			s.failf("the answer to %d is %d", n, got)
		default:
			s.requests.add("echo")
		}
		time.Sleep(time.Millisecond)
	}
}

// listener hears of orders. It ends with the bus, and its own supervisor tries it until that is there again.
type listener struct {
	bus   events.Bus
	heard *heard
}

// heard remembers the last events of each kind, in as much memory at the beginning as at the end.
type heard struct {
	s    *soak
	seed maphash.Seed
	last [2][4096]atomic.Uint64
}

func (s *soak) listenerChild(id string) supervisor.Child[genserver.Ref[*listener]] {
	h := &heard{s: s, seed: maphash.MakeSeed()}
	return supervisor.Server(id, func() *listener { return &listener{bus: s.shop.bus, heard: h} },
		genserver.Bounded(256, process.DropNewest))
}

func (l *listener) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, l.bus, events.Placed); err != nil {
		return c.Stop(err)
	}
	if err := pubsub.Subscribe(c, l.bus, events.Shipped); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (l *listener) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case events.OrderPlaced:
		l.heard.add(0, msg.Order)
	case events.OrderShipped:
		l.heard.add(1, msg.Order)
	default:
		return c.Unhandled(msg)
	}
	return c.NoReply()
}

// add checks that no event comes twice.
func (h *heard) add(kind int, order string) {
	h.s.requests.add("event")
	sum := maphash.String(h.seed, order)
	slot := &h.last[kind][sum%uint64(len(h.last[kind]))]
	if slot.Swap(sum) == sum {
		h.s.failf("event %d of order %s came twice", kind, order)
	}
}
