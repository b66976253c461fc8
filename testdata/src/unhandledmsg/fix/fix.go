// Package fix has mistakes that are mended.
package fix

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
	set struct {
		genserver.CallTo[*Counter, int]
	}
	Wide struct {
		genserver.CallTo[*Counter, int]
	}
	kept struct {
		genserver.CallTo[*Counter, int]
	}
)

func Add(ctx context.Context, r Ref, by int) (int, error) {
	return genserver.Call(ctx, r, &add{by: by}) // want `add is sent as a pointer`
}

func AddOne(ctx context.Context, r Ref) (int, error) {
	one := &add{by: 1}
	return genserver.Call(ctx, r, one) // want `add is sent as a pointer`
}

func Get(ctx context.Context, r Ref) (int, error) { return genserver.Call(ctx, r, get{}) }

func Set(ctx context.Context, r Ref) {
	genserver.Call(ctx, r, set{}) // want `set is sent as a value`
	genserver.Call(ctx, r, &set{})
}

func Others(ctx context.Context, r Ref) {
	genserver.Call(ctx, r, Wide{})
	genserver.Call(ctx, r, kept{})
}

func (s *Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case add:
		s.n += req.by
		return req.Reply(from, s.n)
	case *get: // want `HandleCall has a case for get by pointer only`
		return req.Reply(from, s.n)
	case *set:
		return req.Reply(from, s.n)
	case *Wide: // want `HandleCall has a case for Wide by pointer only`
		return req.Reply(from, s.n)
	case *kept: // want `HandleCall has a case for kept by pointer only`
		return keep(from, req)
	}
	return c.Unhandled(req)
}

func keep(from genserver.From, k *kept) genserver.Result { return k.Reply(from, 1) }
