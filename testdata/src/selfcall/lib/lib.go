// Package lib has what other packages call through: a generic wrapper, an interface, and a server that asks whatever
// it is given.
package lib

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Ask is a wrapper.
func Ask[S, R any](ctx context.Context, to genserver.Ref[S], req genserver.Request[S, R]) (R, error) {
	return genserver.Call(ctx, to, req)
}

// Each calls f for each of them, before it returns.
func Each(list []int, f func(int)) {
	for _, n := range list {
		f(n)
	}
}

// Worker asks its leader, which is another one, or so it looks here.
type Worker struct{ leader genserver.Ref[*Worker] }

type work struct {
	genserver.CallTo[*Worker, int]
}

type rest struct {
	genserver.CallTo[*Worker, int]
}

// New makes a worker.
func New(leader genserver.Ref[*Worker]) *Worker { return &Worker{leader: leader} }

// Child is a worker with a leader.
func Child(id string, leader func() genserver.Ref[*Worker]) supervisor.Child[genserver.Ref[*Worker]] {
	return supervisor.Server(id, func() *Worker { return New(leader()) })
}

// Work is the client API.
func Work(ctx context.Context, w genserver.Ref[*Worker]) (int, error) {
	return genserver.Call(ctx, w, work{})
}

// Init starts it.
func (w *Worker) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall asks the leader.
func (w *Worker) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case work:
		n, err := genserver.Call(c, w.leader, rest{})
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, n)
	case rest:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}
