// Package dead has messages that nobody sends.
package dead

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Server struct{}

func (Server) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, len(req.key))
	}
	return c.Unhandled(req)
}

// Keyed is what requests with a key embed.
type Keyed struct {
	genserver.CallTo[Server, int]
	key string
}

type get struct{ Keyed }

func Get(ctx context.Context, r genserver.Ref[Server]) {
	genserver.Call(ctx, r, get{Keyed{key: "a"}})
}

type planned struct{ genserver.CallTo[Server, int] }

// Exported and not sent here; importers that send it see it.
type Planned struct{ genserver.CallTo[Server, int] }

// only tests, below, call it; nothing calls old.
type old struct{ genserver.CallTo[Server, int] }

func callOld(ctx context.Context, r genserver.Ref[Server]) { genserver.Call(ctx, r, old{}) }

func sendOld(ctx context.Context, r genserver.Ref[Server]) { genserver.Call(ctx, r, &get{}) }

// Any is whatever it is given.
func Any(ctx context.Context, r genserver.Ref[Server], req genserver.Request[Server, int]) {
	genserver.Call(ctx, r, req)
	genserver.Invoke(ctx, r.Dest(), planned{})
	for _, req := range []genserver.Request[Server, int]{planned{}, get{}} {
		genserver.Call(ctx, r, req)
	}
}

// A conversion makes another message.
type read get

func Read(ctx context.Context, r genserver.Ref[Server], k planned) {
	genserver.Call(ctx, r, get(read{Keyed{key: "b"}}))
}
