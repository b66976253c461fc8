// Package ids numbers orders.
package ids

import (
	"context"
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
)

// Sequence is the server's state.
type Sequence struct{ last int }

type next struct {
	genserver.CallTo[*Sequence, string]
}

// New returns a sequence that begins with 1.
func New() *Sequence { return &Sequence{} }

// Next returns the next number.
func Next(ctx context.Context, s genserver.Ref[*Sequence]) (string, error) {
	return genserver.Call(ctx, s, next{})
}

// Init has nothing to do.
func (s *Sequence) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall numbers.
func (s *Sequence) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case next:
		s.last++
		return req.Reply(from, fmt.Sprintf("o%d", s.last))
	}
	return c.Unhandled(req)
}
