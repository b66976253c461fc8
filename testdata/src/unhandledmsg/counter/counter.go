// Package counter has each way to send what no case takes.
package counter

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Counter struct{ n int }

type Ref = genserver.Ref[*Counter]

type (
	add struct {
		genserver.CallTo[*Counter, int]
		by int
	}
	get struct {
		genserver.CallTo[*Counter, int]
	}
	reset struct {
		genserver.CallTo[*Counter, int]
	}
	swap struct {
		genserver.CallTo[*Counter, int]
	}
	note  struct{ genserver.CastTo[*Counter] }
	drop  struct{ genserver.CastTo[*Counter] }
	clear struct{ genserver.CastTo[*Counter] }
)

func Add(ctx context.Context, r Ref, by int) (int, error) {
	return genserver.Call(ctx, r, &add{by: by}) // want `add is sent as a pointer, but counter.Counter.HandleCall has a case for the value only: it does not match, and each call crashes the server and fails its caller: send the value`
}

func AddTwice(ctx context.Context, r Ref) {
	genserver.Call(ctx, r, add{by: 1})
	two := new(add)
	two.by = 2
	genserver.Call(ctx, r, two) // want `add is sent as a pointer`
}

func Get(ctx context.Context, r Ref) (int, error) { return genserver.Call(ctx, r, get{}) }

func Reset(ctx context.Context, r Ref) (int, error) { return genserver.Call(ctx, r, reset{}) }

func ResetTwo(ctx context.Context, r Ref) (int, error) { return genserver.Call(ctx, r, &reset{}) }

func Swap(ctx context.Context, r Ref) (int, error) { return genserver.Call(ctx, r, swap{}) }

func Note(ctx context.Context, r Ref)       { genserver.Cast(ctx, r, note{}) }
func Drop(ctx context.Context, r Ref) error { return genserver.TryCast(ctx, r, drop{}) }
func Clear(ctx context.Context, r Ref)      { genserver.Cast(ctx, r, clear{}) }

func (s *Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result { // want `counter.Counter.HandleCall has no case for reset, which is called at 2 places \(Reset, ResetTwo\): each call crashes` `HandleCall has no case for swap, which is called at 1 place \(Swap\); its case is in HandleCast, which does not get it: .*: move the case`
	switch req := req.(type) {
	case add:
		s.n += req.by
		return req.Reply(from, s.n)
	case *get: // want `counter.Counter.HandleCall has a case for get by pointer only, but it is called at 1 place \(Get\), as a value: the case never matches, and each call crashes the server and fails its caller: take the value`
		return req.Reply(from, s.n)
	default:
		return c.Unhandled(req)
	}
}

func (s *Counter) HandleCast(c *genserver.Context, msg any) genserver.Result { // want `counter.Counter.HandleCast has no case for drop, which is cast at 1 place \(Drop\): each cast crashes the server: add the case`
	switch msg := msg.(type) {
	case note, clear:
		s.n = 0
	case swap:
		s.n = -s.n
	default:
		return c.Unhandled(msg)
	}
	return c.NoReply()
}

// Bare has no callback for what it is asked.
type Bare struct{} // want `counter.Bare has no HandleCall for ask, which is called at 1 place \(Ask\)` `counter.Bare has no HandleCast for tell`

type (
	ask  struct{ genserver.CallTo[*Bare, int] }
	tell struct{ genserver.CastTo[*Bare] }
)

func Ask(ctx context.Context, r genserver.Ref[*Bare])  { genserver.Call(ctx, r, ask{}) }
func Tell(ctx context.Context, r genserver.Ref[*Bare]) { genserver.Cast(ctx, r, tell{}) }

func (s *Bare) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Single asserts, and panics for others; Quiet drops what it does not know, but meant the pointer.
type Single struct{}

type (
	one   struct{ genserver.CallTo[*Single, int] }
	two   struct{ genserver.CallTo[*Single, int] }
	event struct{ genserver.CastTo[*Single] }
)

func One(ctx context.Context, r genserver.Ref[*Single]) {
	genserver.Call(ctx, r, one{})
	genserver.Call(ctx, r, two{})
	genserver.Cast(ctx, r, &event{}) // want `event is sent as a pointer, but counter.Single.HandleCast has a case for the value only: it does not match, and it is handled as if it were unknown: send the value`
}

func (s *Single) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Single) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result { // want `HandleCall has no case for two`
	return req.(one).Reply(from, 1)
}

func (s *Single) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if _, ok := msg.(event); ok {
		return c.Stop(nil)
	}
	return c.NoReply()
}

// Helped passes the message on, in two steps.
type Helped struct{}

type (
	known   struct{ genserver.CallTo[*Helped, int] }
	unknown struct{ genserver.CallTo[*Helped, int] }
)

func Help(ctx context.Context, r genserver.Ref[*Helped]) {
	genserver.Call(ctx, r, known{})
	genserver.Call(ctx, r, unknown{})
}

func (s *Helped) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Helped) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result { // want `HandleCall has no case for unknown`
	return s.more(c, from, req)
}

func (s *Helped) more(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(known); ok {
		return req.Reply(from, 1)
	}
	return s.rest(c, req)
}

func (s *Helped) rest(c *genserver.Context, req any) genserver.Result { return c.Unhandled(req) }

// Guarded stops before it looks at the message, if it must.
type Guarded struct{ err error }

type guarded struct {
	genserver.CallTo[*Guarded, int]
}

func Guard(ctx context.Context, r genserver.Ref[*Guarded]) { genserver.Call(ctx, r, guarded{}) }

func (s *Guarded) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Guarded) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result { // want `counter.Guarded.HandleCall has no case for guarded`
	if s.err != nil {
		return c.Stop(s.err)
	}
	switch req := req.(type) {
	case one:
		return req.Reply(from, 1)
	default:
		return c.Unhandled(req)
	}
}
