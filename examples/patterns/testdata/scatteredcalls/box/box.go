// Package box has a server whose messages are exported.
package box

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Tickets struct{ left int }

type Buy struct {
	genserver.CallTo[*Tickets, int]
	N int
}

type Ref = genserver.Ref[*Tickets]

func Child(id string) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *Tickets { return &Tickets{left: 100} })
}

func (s *Tickets) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Tickets) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Buy:
		s.left -= req.N
		return req.Reply(from, s.left)
	}
	return c.Unhandled(req)
}
