// Package near has what looks like a circle of calls and is none, or is not known to be one.
package near

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// The answer back is a cast.
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

type note1 struct{ genserver.CastTo[*A1] }

func (s *A1) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A1) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go1:
		genserver.Call(c, s.b, b1{})
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
		genserver.Cast(c, s.a, note1{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The call back is made by a goroutine, which nobody waits for.
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

func (s *A2) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A2) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go2:
		genserver.Call(c, s.b, b2{})
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
		go genserver.Call(context.Background(), s.a, a2{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The call back is made by a task.
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
		genserver.Call(c, s.b, b3{})
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
		a := s.a
		task.Async(c, func(ctx context.Context) (int, error) { return genserver.Call(ctx, a, a3{}) })
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The callee answers first.
type (
	A4 struct {
		b genserver.Ref[*B4]
	}
	B4 struct {
		a genserver.Ref[*A4]
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

func (s *A4) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A4) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go4:
		genserver.Call(c, s.b, b4{})
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
		req.Caller(from).Reply(1)
		genserver.Call(c, s.a, a4{})
		return c.NoReply()
	}
	return c.Unhandled(req)
}

// The callee calls back for another message only.
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

type other5 struct {
	genserver.CallTo[*B5, int]
}

func (s *B5) more(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(other5); ok {
		genserver.Call(c, s.a, a5{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *A5) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A5) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go5:
		genserver.Call(c, s.b, b5{})
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

		return req.Reply(from, 1)
	}
	return s.more(c, from, req)
}

// The callee calls back once it has answered.
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

func (s *B6) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	genserver.Call(c, s.a, a6{})
	return c.NoReply()
}

func (s *A6) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A6) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go6:
		genserver.Call(c, s.b, b6{})
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

		return req.Reply(from, 1).Continue(0)
	}
	return c.Unhandled(req)
}

// The callee keeps the caller, and calls back from another callback.
type (
	A7 struct {
		b genserver.Ref[*B7]
	}
	B7 struct {
		a       genserver.Ref[*A7]
		waiting genserver.Caller[int]
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

func (s *B7) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	n, _ := genserver.Call(c, s.a, a7{})
	s.waiting.Reply(n)
	return c.NoReply()
}

func (s *A7) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A7) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go7:
		genserver.Call(c, s.b, b7{})
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
		s.waiting = req.Caller(from)
		return c.NoReply()
	}
	return c.Unhandled(req)
}

// Two types are known to become the interface.
type (
	A8 struct {
		b genserver.Ref[*B8]
	}
	B8 struct {
		a   genserver.Ref[*A8]
		via fetcher
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

type fetcher interface {
	fetch(ctx context.Context) (int, error)
}

type client8 struct{ genserver.Ref[*A8] }
type fixed8 struct{}

func (k client8) fetch(ctx context.Context) (int, error) { return genserver.Call(ctx, k, a8{}) }
func (fixed8) fetch(ctx context.Context) (int, error)    { return 1, nil }

// NewB8 binds them.
func NewB8(a genserver.Ref[*A8], fixed bool) *B8 {
	if fixed {
		return &B8{via: fixed8{}}
	}
	return &B8{via: client8{a}}
}

func (s *A8) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A8) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go8:
		genserver.Call(c, s.b, b8{})
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
		s.via.fetch(c)
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The function with the call back is only kept.
type (
	A9 struct {
		b genserver.Ref[*B9]
	}
	B9 struct {
		a     genserver.Ref[*A9]
		later []func()
	}
	a9 struct {
		genserver.CallTo[*A9, int]
	}
	go9 struct {
		genserver.CallTo[*A9, int]
	}
	b9 struct {
		genserver.CallTo[*B9, int]
	}
)

func (s *A9) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A9) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go9:
		genserver.Call(c, s.b, b9{})
		return req.Reply(from, 1)
	case a9:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B9) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B9) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b9:
		s.later = append(s.later, func() { genserver.Call(c, s.a, a9{}) })
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The message that is sent on is not known.
type (
	A10 struct {
		b genserver.Ref[*B10]
	}
	B10 struct {
		a genserver.Ref[*A10]
	}
	a10 struct {
		genserver.CallTo[*A10, int]
	}
	go10 struct {
		genserver.CallTo[*A10, int]
	}
	b10 struct {
		genserver.CallTo[*B10, int]
	}
)

func (s *A10) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A10) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go10:
		genserver.Invoke(c, s.b.Dest(), b10{})
		return req.Reply(from, 1)
	case a10:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B10) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B10) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b10:
		genserver.Call(c, s.a, a10{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// The types close a circle, the processes do not: the tree has a front, a middle and a back.
type (
	A11 struct {
		b genserver.Ref[*B11]
	}
	B11 struct {
		a genserver.Ref[*A11]
	}
	a11 struct {
		genserver.CallTo[*A11, int]
	}
	go11 struct {
		genserver.CallTo[*A11, int]
	}
	b11 struct {
		genserver.CallTo[*B11, int]
	}
)

// Front is a chain of three.
func Front() supervisor.Child[supervisor.Ref] {
	back := supervisor.Server("back", func() *A11 { return &A11{} })
	middle := supervisor.Server("middle", func() *B11 { return &B11{a: back.Ref()} })
	front := supervisor.Server("front", func() *A11 { return &A11{b: middle.Ref()} })
	return supervisor.Supervisor("front", supervisor.RestForOne, []supervisor.Spec{back, middle, front})
}

func (s *A11) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *A11) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case go11:
		genserver.Call(c, s.b, b11{})
		return req.Reply(from, 1)
	case a11:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *B11) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *B11) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case b11:
		genserver.Call(c, s.a, a11{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// Dir is a tree: each asks its children, of its own type, and never the other way round as far as anybody knows.
type Dir struct {
	parent   genserver.Ref[*Dir]
	children []genserver.Ref[*Dir]
}

type size struct {
	genserver.CallTo[*Dir, int]
}
type path struct {
	genserver.CallTo[*Dir, int]
}

func (d *Dir) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (d *Dir) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case size:
		n := 1
		for _, child := range d.children {
			m, _ := genserver.Call(c, child, size{})
			n += m
		}
		return req.Reply(from, n)
	case path:
		n, _ := genserver.Call(c, d.parent, path{})
		return req.Reply(from, n+1)
	}
	return c.Unhandled(req)
}

// Chain is no circle: first asks second, which asks third.
type (
	First  struct{ next genserver.Ref[*Second] }
	Second struct{ next genserver.Ref[*Third] }
	Third  struct{ first genserver.Ref[*First] }

	one struct {
		genserver.CallTo[*Second, int]
	}
	two struct {
		genserver.CallTo[*Third, int]
	}
	told struct{ genserver.CastTo[*First] }
)

func (s *First) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *First) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Call(c, s.next, one{})
	return c.NoReply()
}

func (s *Second) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Second) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(one); ok {
		n, _ := genserver.Call(c, s.next, two{})
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

func (s *Third) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Third) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(two); ok {
		genserver.Cast(c, s.first, told{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

// Tree starts the chain.
func Tree() supervisor.Child[supervisor.Ref] {
	var first supervisor.Child[genserver.Ref[*First]]
	third := supervisor.Server("third", func() *Third { return &Third{first: first.Ref()} })
	second := supervisor.Server("second", func() *Second { return &Second{next: third.Ref()} })
	first = supervisor.Server("first", func() *First { return &First{next: second.Ref()} })
	return supervisor.Supervisor("chain", supervisor.RestForOne, []supervisor.Spec{third, second, first})
}
