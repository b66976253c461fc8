// Package cart has a server that asks the stock.
package cart

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/callcycle/stock"
)

// Cart wants something.
type Cart struct {
	items int
	stock stock.Ref
}

// Client is a reference with methods.
type Client struct{ genserver.Ref[*Cart] }

type count struct {
	genserver.CallTo[*Cart, int]
}
type checkout struct{ genserver.CastTo[*Cart] }

// Child is a cart.
func Child(id string, s stock.Ref) supervisor.Child[Client] {
	return supervisor.Map(supervisor.Server(id, func() *Cart { return &Cart{stock: s} }),
		func(r genserver.Ref[*Cart]) Client { return Client{r} })
}

// Count is the client API.
func (c Client) Count(ctx context.Context) (int, error) { return genserver.Call(ctx, c, count{}) }

// Checkout buys.
func (c Client) Checkout(ctx context.Context) { genserver.Cast(ctx, c, checkout{}) }

func (s *Cart) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Cart) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if _, ok := msg.(checkout); ok {
		if ok, _ := stock.Reserve(c, s.stock); ok {
			s.items = 0
		}
	}
	return c.NoReply()
}

func (s *Cart) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(count); ok {
		return req.Reply(from, s.items)
	}
	return c.Unhandled(req)
}
