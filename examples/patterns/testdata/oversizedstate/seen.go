// Package oversizedstate is a server whose state only grows.
package oversizedstate

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type seen struct{ ids map[string]bool }

type first struct {
	genserver.CallTo[*seen, bool]
	id string
}

func Child(id string) supervisor.Child[genserver.Ref[*seen]] {
	return supervisor.Server(id, func() *seen { return &seen{ids: make(map[string]bool)} })
}

func First(ctx context.Context, s genserver.Ref[*seen], id string) (bool, error) {
	return genserver.Call(ctx, s, first{id: id})
}

func (s *seen) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *seen) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case first:
		again := s.ids[req.id]
		s.ids[req.id] = true // for each id that ever came, for ever
		return req.Reply(from, !again)
	}
	return c.Unhandled(req)
}
