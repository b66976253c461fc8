package agent

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

// What an agent is asked. All but cast are calls, whose types of answer the
// agent does not know.
type (
	get[S, R any] struct {
		genserver.CallTo[*Agent[S], R]
		f func(S) R
	}
	update[S any] struct {
		genserver.CallTo[*Agent[S], none]
		f func(S) S
	}
	getAndUpdate[S, R any] struct {
		genserver.CallTo[*Agent[S], R]
		f func(S) (R, S)
	}
	do[S, R any] struct {
		genserver.CallTo[*Agent[S], R]
		f func(context.Context, S) (R, S)
	}
	cast[S any] struct {
		genserver.CastTo[*Agent[S]]
		f func(S) S
	}
	none struct{}
)

// request is any of the calls to an agent that keeps an S.
type request[S any] interface {
	run(c *genserver.Context, from genserver.From, value *S) genserver.Result
}

func (r get[S, R]) run(_ *genserver.Context, from genserver.From, value *S) genserver.Result {
	return r.Reply(from, r.f(*value))
}

func (r update[S]) run(_ *genserver.Context, from genserver.From, value *S) genserver.Result {
	*value = r.f(*value)
	return r.Reply(from, none{})
}

func (r getAndUpdate[S, R]) run(_ *genserver.Context, from genserver.From, value *S) genserver.Result {
	v, next := r.f(*value)
	*value = next
	return r.Reply(from, v)
}

func (r do[S, R]) run(c *genserver.Context, from genserver.From, value *S) genserver.Result {
	v, next := r.f(c, *value)
	*value = next
	return r.Reply(from, v)
}

// Init makes the value.
func (a *Agent[S]) Init(c *genserver.Context) genserver.Result {
	a.value = a.init()
	a.init = nil
	return c.OK()
}

// HandleCall runs the function of a call.
func (a *Agent[S]) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if r, ok := req.(request[S]); ok {
		return r.run(c, from, &a.value)
	}
	return c.Unhandled(req)
}

// HandleCast runs the function of a Cast.
func (a *Agent[S]) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case cast[S]:
		a.value = msg.f(a.value)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
