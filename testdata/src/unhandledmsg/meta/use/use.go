// Package use has the same two mistakes, a pointer that is sent and a case that is missing, in other words.
package use

import (
	"context"

	gs "github.com/otplint/otplint/runtime/genserver"
	"otplint.test/unhandledmsg/meta/lib"
)

type S struct{}

type Alias = *S

// Client embeds the reference.
type Client struct{ gs.Ref[Alias] }

type get struct{ gs.CallTo[Alias, int] }

type same = get

type put struct{ gs.CallTo[*S, int] }

type note struct{ gs.CastTo[*S] }

type tick struct{}

func newGet() *get { return &get{} }

func (c Client) Helper(ctx context.Context) { gs.Call(ctx, c, newGet()) } // want `get is sent as a pointer`

func (c Client) Wrapper(ctx context.Context) { lib.Do(ctx, c, &get{}) } // want `get is sent as a pointer`

func (c Client) Generic(ctx context.Context) { lib.Tell(ctx, c, &note{}) } // want `note is sent as a pointer`

func (c Client) Aliased(ctx context.Context) { gs.Call(ctx, c, &same{}) } // want `get is sent as a pointer`

func (c Client) Interface(ctx context.Context) {
	var req gs.Request[*S, int] = &get{}
	gs.Call(ctx, c, req) // want `get is sent as a pointer`
}

func (c Client) Closure(ctx context.Context) {
	g := &get{}
	func() { gs.Call(ctx, c, g) }() // want `get is sent as a pointer`
}

func (c Client) Explicit(ctx context.Context) { gs.Call[*S, int](ctx, c, (&get{})) } // want `get is sent as a pointer`

func (c Client) Put(ctx context.Context) { lib.Do(ctx, c, put{}) }

func (s *S) Init(c *gs.Context) gs.Result {
	lib.Every(c, tick{})
	return c.OK()
}

func (s *S) HandleCall(c *gs.Context, from gs.From, req any) gs.Result { // want `use.S.HandleCall has no case for put, which is called at 1 place \(Client.Put\)`
	return handle(c, from, req)
}

func handle(c *gs.Context, from gs.From, req any) (res gs.Result) {
	if get, ok := req.(same); !ok {
		res = c.Unhandled(req)
	} else {
		res = get.Reply(from, 1)
	}
	return
}

func (s *S) HandleCast(c *gs.Context, msg any) gs.Result {
	m, ok := msg.(note)
	if !ok {
		return c.Unhandled(msg)
	}
	_ = m
	return c.NoReply()
}

func (s *S) HandleInfo(c *gs.Context, msg any) gs.Result { // want `use.S.HandleInfo has no case for tick`
	return c.Unhandled(msg)
}
