// Package periodic shows work that is done again and again: a timer of the server that owns the state.
package periodic

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	every   = time.Minute
	keep    = 10 * time.Minute
	maxSeen = 1_000_000
)

// ErrFull says that no more ids can be remembered.
var ErrFull = errors.New("too many ids")

// seen remembers ids for a while.
type seen struct{ at map[string]time.Time }

type first struct {
	genserver.CallTo[*seen, bool]
	id string
}

// Ref is how the rest of the program holds the server.
type Ref = genserver.Ref[*seen]

// Child is the server as a child of a supervisor.
func Child(id string) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *seen { return &seen{at: make(map[string]time.Time)} })
}

// First says whether nobody has asked for the id within the last minutes.
func First(ctx context.Context, s Ref, id string) (bool, error) {
	return genserver.Call(ctx, s, first{id: id})
}

type sweep struct{}

func (s *seen) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(every, sweep{})
	return c.OK()
}

func (s *seen) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case sweep:
		maps.DeleteFunc(s.at, func(_ string, at time.Time) bool { return time.Since(at) > keep })
		c.SendAfter(every, sweep{}) // the next one, counted from now: rounds never pile up
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// HandleCall remembers.
func (s *seen) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case first:
		if len(s.at) >= maxSeen {
			return req.Fail(from, ErrFull)
		}
		_, again := s.at[req.id]
		s.at[req.id] = time.Now()
		return req.Reply(from, !again)
	}
	return c.Unhandled(req)
}
