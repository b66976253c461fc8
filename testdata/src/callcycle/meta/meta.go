// Package meta has one circle in many forms.
package meta

import (
	"context"
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/selfcall/lib"
)

// The plain form.
type (
	A1 struct {
		b genserver.Ref[*B1]
	}
	B1 struct {
		a genserver.Ref[*A1]
	}
	a1 struct {
		genserver.CallTo[*A1, int]
	}
	go1 struct {
		genserver.CallTo[*A1, int]
	}
	b1 struct {
		genserver.CallTo[*B1, int]
	}
)

func (s *A1) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A1) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go1:
		genserver.Call(c, s.b, b1{}) // want `^possible deadlock: A1.HandleCall\(go1\) -> B1.HandleCall\(b1\) -> A1; `
		return req.Reply(from, 1)
	case a1:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B1) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B1) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b1:
		genserver.Call(c, s.a, a1{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// An extracted helper on each side.
type (
	A2 struct {
		b genserver.Ref[*B2]
	}
	B2 struct {
		a genserver.Ref[*A2]
	}
	a2 struct {
		genserver.CallTo[*A2, int]
	}
	go2 struct {
		genserver.CallTo[*A2, int]
	}
	b2 struct {
		genserver.CallTo[*B2, int]
	}
)

func (s *A2) ask(c *genserver.Context) {
	genserver.Call(c, s.b, b2{}) // want `^possible deadlock: A2.HandleCall\(go2\) -> B2.HandleCall\(b2\) -> A2; `
}

func ask2(ctx context.Context, a genserver.Ref[*A2]) (int, error) {
	return genserver.Call(ctx, a, a2{})
}

func (s *A2) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A2) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go2:
		s.ask(c)
		return req.Reply(from, 1)
	case a2:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B2) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B2) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b2:
		ask2(c, s.a)
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// A generic wrapper in another package.
type (
	A3 struct {
		b genserver.Ref[*B3]
	}
	B3 struct {
		a genserver.Ref[*A3]
	}
	a3 struct {
		genserver.CallTo[*A3, int]
	}
	go3 struct {
		genserver.CallTo[*A3, int]
	}
	b3 struct {
		genserver.CallTo[*B3, int]
	}
)

func (s *A3) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A3) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go3:
		lib.Ask(c, s.b, b3{}) // want `^possible deadlock: A3.HandleCall\(go3\) -> B3.HandleCall\(b3\) -> A3; `
		return req.Reply(from, 1)
	case a3:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B3) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B3) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b3:
		lib.Ask(c, s.a, a3{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// An interface with one implementer, that is bound here.
type (
	A4 struct {
		b genserver.Ref[*B4]
	}
	B4 struct {
		a   genserver.Ref[*A4]
		via fetcher
	}
	a4 struct {
		genserver.CallTo[*A4, int]
	}
	go4 struct {
		genserver.CallTo[*A4, int]
	}
	b4 struct {
		genserver.CallTo[*B4, int]
	}
)

type fetcher interface {
	fetch(ctx context.Context) (int, error)
}

type client4 struct{ genserver.Ref[*A4] }

func (k client4) fetch(ctx context.Context) (int, error) { return genserver.Call(ctx, k, a4{}) }

// NewB4 binds it.
func NewB4(a genserver.Ref[*A4]) *B4 { return &B4{via: client4{a}} }

func (s *A4) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A4) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go4:
		genserver.Call(c, s.b, b4{}) // want `^possible deadlock: A4.HandleCall\(go4\) -> B4.HandleCall\(b4\) -> A4; `
		return req.Reply(from, 1)
	case a4:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B4) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B4) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b4:
		s.via.fetch(c)
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// An alias, and a reference that comes with the request.
type (
	A5 struct {
		b genserver.Ref[*B5]
	}
	B5 struct {
		a genserver.Ref[*A5]
	}
	a5 struct {
		genserver.CallTo[*A5, int]
	}
	go5 struct {
		genserver.CallTo[*A5, int]
	}
	b5 struct {
		genserver.CallTo[*B5, int]
	}
)

type alias5 = genserver.Ref[*B5]

func (s *A5) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A5) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go5:
		genserver.Call(c, alias5(s.b), b5{}) // want `^possible deadlock: A5.HandleCall\(go5\) -> B5.HandleCall\(b5\) -> A5; `
		return req.Reply(from, 1)
	case a5:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B5) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B5) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b5:
		genserver.Call(c, s.a, a5{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// Literals that run at once.
type (
	A6 struct {
		b genserver.Ref[*B6]
	}
	B6 struct {
		a genserver.Ref[*A6]
	}
	a6 struct {
		genserver.CallTo[*A6, int]
	}
	go6 struct {
		genserver.CallTo[*A6, int]
	}
	b6 struct {
		genserver.CallTo[*B6, int]
	}
)

func (s *A6) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A6) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go6:
		func() {
			genserver.Call(c, s.b, b6{}) // want `^possible deadlock: A6.HandleCall\(go6\) -> B6.HandleCall\(b6\) -> A6; `
		}()
		return req.Reply(from, 1)
	case a6:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B6) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B6) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b6:
		_ = slices.ContainsFunc([]int{1}, func(int) bool {
			_, err := genserver.Call(c, s.a, a6{})
			return err == nil
		})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// A view: the message is for an interface.
type (
	A7 struct {
		b genserver.Ref[*B7]
	}
	B7 struct {
		a    genserver.Ref[*A7]
		seen genserver.Ref[seen7]
	}
	a7 struct {
		genserver.CallTo[*A7, int]
	}
	go7 struct {
		genserver.CallTo[*A7, int]
	}
	b7 struct {
		genserver.CallTo[*B7, int]
	}
)

type seen7 interface{ see() }

type see7 struct {
	genserver.CallTo[seen7, int]
}

func (s *A7) see() {}

// NewB7 views it.
func NewB7(a genserver.Ref[*A7]) *B7 {
	return &B7{seen: genserver.View[seen7](a, func(s *A7) seen7 { return s })}
}

func (s *A7) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A7) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go7:
		genserver.Call(c, s.b, b7{}) // want `^possible deadlock: A7.HandleCall\(go7\) -> B7.HandleCall\(b7\) -> A7; `
		return req.Reply(from, 1)
	case a7:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B7) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B7) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b7:
		genserver.Call(c, s.seen, see7{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The last hop runs a function in the first server.
type (
	A8 struct {
		b genserver.Ref[*B8]
	}
	B8 struct {
		a genserver.Ref[*A8]
	}
	a8 struct {
		genserver.CallTo[*A8, int]
	}
	go8 struct {
		genserver.CallTo[*A8, int]
	}
	b8 struct {
		genserver.CallTo[*B8, int]
	}
)

func (s *A8) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A8) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go8:
		genserver.Call(c, s.b, b8{}) // want `^possible deadlock: A8.HandleCall\(go8\) -> B8.HandleCall\(b8\) -> A8; `
		return req.Reply(from, 1)
	case a8:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B8) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B8) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b8:
		genserver.Inspect(c, s.a, func(*A8) int { return 1 })
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}
