// Package stock is a server with a client API that has gaps.
package stock

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

type Stock struct {
	n     int
	other genserver.Ref[*Audit]
}

type Ref = genserver.Ref[*Stock]

// Client is a reference with methods.
type Client struct{ Ref }

type Get struct {
	genserver.CallTo[*Stock, int]
	SKU string
}

type List struct {
	genserver.CallTo[*Stock, []string]
}

type Add struct {
	genserver.CastTo[*Stock]
	SKU string
	Qty int
}

type Drop struct{ genserver.CastTo[*Stock] }

type Count struct{ genserver.CallTo[*Stock, int] }

// private cannot be built elsewhere.
type private struct{ genserver.CallTo[*Stock, int] }

// Refresh is a plain message for HandleInfo.
type Refresh struct{}

// Moved is told to others; Stock does not handle it.
type Moved struct{ SKU string }

func New() *Stock { return &Stock{} }

func Level(ctx context.Context, s Ref, sku string) (int, error) {
	return genserver.Call(ctx, s, Get{SKU: sku})
}

func (c Client) Count(ctx context.Context) (int, error) { return genserver.Call(ctx, c, Count{}) }

// Deliver asks for messages.
func Deliver(ctx context.Context, s Ref, list []Add) {
	for _, m := range list {
		genserver.Cast(ctx, s, m)
	}
}

// Do takes any message.
func Do[R any](ctx context.Context, s Ref, m genserver.Request[*Stock, R]) (R, error) {
	return genserver.Call(ctx, s, m)
}

// Private makes a message that only this package knows.
func Private() genserver.Request[*Stock, int] { return private{} }

// NewDrop is a constructor.
func NewDrop() Drop { return Drop{} }

// both does two things: it is no client function.
func both(ctx context.Context, s Ref) {
	genserver.Cast(ctx, s, Drop{})
	genserver.Call(ctx, s, List{})
}

var _ = both

// Audit is a second server here.
type Audit struct{}

type Record struct{ genserver.CastTo[*Audit] }

func (a *Audit) Init(c *genserver.Context) genserver.Result { return c.OK() }
func (a *Audit) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case Record:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (s *Stock) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(time.Second, Refresh{})
	return c.OK()
}

func (s *Stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Get:
		genserver.Cast(c, s.other, Record{}) // a neighbour
		return req.Reply(from, s.n)
	case List:
		return req.Reply(from, nil)
	case Count:
		return req.Reply(from, s.n)
	case private:
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}

func (s *Stock) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case Add:
		s.n += msg.Qty
		genserver.Cast(c, genserver.RefTo[*Stock](c.Self()), Drop{}) // itself
		return c.NoReply()
	case Drop:
		s.n = 0
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (s *Stock) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case Refresh, string:
		return c.NoReply()
	case process.Down:
		return c.NoReply()
	default:
		return c.Unhandled(msg)
	}
}
