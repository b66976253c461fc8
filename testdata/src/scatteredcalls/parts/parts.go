// Package parts is a server whose client API is, but for one message, a package of its own.
package parts

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Parts struct{ n int }

type Ref = genserver.Ref[*Parts]

type (
	Get  struct{ genserver.CallTo[*Parts, int] }
	Add  struct{ genserver.CastTo[*Parts] }
	List struct{ genserver.CallTo[*Parts, int] }
)

func All(ctx context.Context, p Ref) (int, error) { return genserver.Call(ctx, p, List{}) }

func (p *Parts) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (p *Parts) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch m := req.(type) {
	case Get:
		return m.Reply(from, p.n)
	case List:
		return m.Reply(from, p.n)
	}
	return c.Unhandled(req)
}

func (p *Parts) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case Add:
		p.n++
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
