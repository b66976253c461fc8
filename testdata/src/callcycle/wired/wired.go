// Package wired lets the stock of another package count with a server of its own, by an interface that its constructor
// gets: the references are known, all the way round.
package wired

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type asker interface {
	ask(ctx context.Context) (int, error)
}

type (
	Desk   struct{ clerk genserver.Ref[*Clerk] }
	Clerk  struct{ via asker }
	client struct{ genserver.Ref[*Desk] }

	file struct {
		genserver.CallTo[*Clerk, int]
	}
	stamp struct {
		genserver.CallTo[*Desk, int]
	}
)

func newClerk(via asker) *Clerk { return &Clerk{via: via} }

func (k client) ask(ctx context.Context) (int, error) { return genserver.Call(ctx, k, stamp{}) }

func (d *Desk) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (d *Desk) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Call(c, d.clerk, file{}) // want `^deadlock: Desk.HandleInfo -> Clerk.HandleCall\(file\) -> Desk; each waits for the next one`
	return c.NoReply()
}

func (k *Clerk) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (k *Clerk) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(file); ok {
		n, _ := k.via.ask(c)
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

// deskChild is a helper that makes a child.
func deskChild(id string, clerk genserver.Ref[*Clerk]) supervisor.Child[genserver.Ref[*Desk]] {
	return supervisor.Server(id, func() *Desk { return &Desk{clerk: clerk} })
}

// Tree has one of each.
func Tree() supervisor.Child[supervisor.Ref] {
	var desk supervisor.Child[genserver.Ref[*Desk]]
	clerk := supervisor.Server("clerk", func() *Clerk { return newClerk(client{desk.Ref()}) })
	desk = deskChild("desk", clerk.Ref())
	return supervisor.Supervisor("office", supervisor.OneForOne, []supervisor.Spec{clerk, desk})
}
