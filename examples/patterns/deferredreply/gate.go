// Package deferredreply shows a server that answers callers later: they wait at a gate until somebody opens it.
package deferredreply

import (
	"context"
	"errors"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// ErrCrowded says that too many wait already.
var ErrCrowded = errors.New("too many wait at the gate")

// maxWaiting bounds the state: a caller that gives up leaves its entry behind until the gate opens.
const maxWaiting = 1000

type gate struct {
	open    bool
	waiting []genserver.Caller[struct{}]
}

type (
	pass struct {
		genserver.CallTo[*gate, struct{}]
	}
	enter struct{ genserver.CastTo[*gate] }
)

// Ref is how the rest of the program holds a gate.
type Ref = genserver.Ref[*gate]

// Child is a gate as a child of a supervisor. It is closed at first.
func Child(id string) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *gate { return &gate{} })
}

// Wait returns when the gate is open. It waits until ctx's deadline, without one 5 s.
func Wait(ctx context.Context, g Ref) error {
	_, err := genserver.Call(ctx, g, pass{})
	return err
}

// Open lets all pass who wait, and all who come.
func Open(ctx context.Context, g Ref) { genserver.Cast(ctx, g, enter{}) }

// Init begins with a closed gate.
func (s *gate) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall answers now or keeps the caller.
func (s *gate) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case pass:
		if s.open {
			return req.Reply(from, struct{}{})
		}
		if len(s.waiting) >= maxWaiting {
			return req.Fail(from, ErrCrowded)
		}
		s.waiting = append(s.waiting, req.Caller(from)) // to answer later
		return c.NoReply()
	}
	return c.Unhandled(req)
}

// HandleCast answers those who wait.
func (s *gate) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case enter:
		s.open = true
		for _, caller := range s.waiting {
			caller.Reply(struct{}{}) // dropped if the caller has given up
		}
		s.waiting = nil
		return c.NoReply()
	default:
		return c.Unhandled(msg)
	}
}
