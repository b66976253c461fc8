// Package stock has a server that asks whom it does not know: a counter, an interface that others implement.
package stock

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Counter counts what an owner wants.
type Counter interface {
	Count(ctx context.Context) (int, error)
}

// Stock reserves.
type Stock struct {
	left    int
	counter Counter
}

// Ref refers to a stock.
type Ref = genserver.Ref[*Stock]

type reserve struct {
	genserver.CallTo[*Stock, bool]
}

// Child is the stock.
func Child(counter func() Counter) supervisor.Child[Ref] {
	return supervisor.Server("stock", func() *Stock { return &Stock{counter: counter()} })
}

// Reserve is the client API.
func Reserve(ctx context.Context, s Ref) (bool, error) { return genserver.Call(ctx, s, reserve{}) }

func (s *Stock) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(reserve); ok {
		n, err := s.counter.Count(c)
		return req.Reply(from, err == nil && n <= s.left)
	}
	return c.Unhandled(req)
}
