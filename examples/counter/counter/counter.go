// Package counter is the smallest useful server: its state, its messages, and
// the client API through which alone the rest of the program reaches it.
package counter

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Counter is the server's state; only its process touches it.
type Counter struct{ n int }

// The messages are unexported: the functions below are the only way in.
type increment struct {
	genserver.CallTo[*Counter, int] // a call to a *Counter, answered with an int

	by int
}

// Ref is how the rest of the program holds a counter.
type Ref = genserver.Ref[*Counter]

// Child is a counter as a child of a supervisor.
func Child(id string) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *Counter { return &Counter{} })
}

// Increment adds to the counter and returns its new value.
func Increment(ctx context.Context, c Ref, by int) (int, error) {
	return genserver.Call(ctx, c, increment{by: by})
}

// Init runs before the next child is started.
func (s *Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall answers one call at a time.
func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		if req.by == 0 {
			panic("a counter that does not count")
		}
		s.n += req.by
		return req.Reply(from, s.n) // an answer of another type does not compile
	}
	return c.Unhandled(req)
}
