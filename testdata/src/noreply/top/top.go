// Package top has a server of requests that another package declares.
package top

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"

	"otplint.test/noreply/meta/other"
)

// Server embeds the other package's.
type Server struct {
	other.Base
	more int
}

// More is one more request.
type More struct{ genserver.CallTo[*Server, int] }

func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(More); ok {
		if s.more > 0 {
			return c.NoReply() // want `Server.HandleCall\(More\) returns NoReply and nobody will answer`
		}
		return req.Reply(from, s.more)
	}
	return s.Base.HandleCall(c, from, req)
}

// Ask asks the other one.
func Ask(ctx context.Context, b genserver.Ref[*other.Base]) (int, error) {
	return genserver.Call(ctx, b, other.Ask{})
}
