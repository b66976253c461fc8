// Package clientapi shows a server behind a client API: the messages are unexported, and functions send them.
package clientapi

import (
	"context"
	"errors"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// ErrSoldOut says that there are not as many tickets left.
var ErrSoldOut = errors.New("sold out")

// tickets is the state: only the server's process touches it.
type tickets struct{ left int }

type (
	buy struct {
		genserver.CallTo[*tickets, int] // answered with an int
		n                               int
	}
	giveBack struct {
		genserver.CastTo[*tickets] // not answered
		n                          int
	}
)

// Ref is how the rest of the program holds the server.
type Ref = genserver.Ref[*tickets]

// Child is the server as a child of a supervisor.
func Child(id string, n int) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *tickets { return &tickets{left: n} })
}

// Buy takes n tickets and returns how many are left. It fails with ErrSoldOut.
func Buy(ctx context.Context, t Ref, n int) (left int, err error) {
	return genserver.Call(ctx, t, buy{n: n})
}

// GiveBack puts n tickets back, and does not wait for it.
func GiveBack(ctx context.Context, t Ref, n int) { genserver.Cast(ctx, t, giveBack{n: n}) }

func (s *tickets) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *tickets) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case buy:
		if req.n > s.left {
			return req.Fail(from, ErrSoldOut) // an answer; the server goes on
		}
		s.left -= req.n
		return req.Reply(from, s.left)
	}
	return c.Unhandled(req)
}

func (s *tickets) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case giveBack:
		s.left += msg.n
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
