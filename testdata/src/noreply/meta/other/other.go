// Package other has a server and helpers for package meta.
package other

import "github.com/otplint/otplint/runtime/genserver"

// Base has the callbacks of servers in other packages.
type Base struct{ n int }

// Ask is a request to it.
type Ask struct{ genserver.CallTo[*Base, int] }

func (b *Base) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (b *Base) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Ask:
		if b.n == 0 {
			return c.NoReply() // want `Base.HandleCall\(Ask\) returns NoReply and nobody will answer`
		}
		return req.Reply(from, b.n)
	}
	return c.Unhandled(req)
}

// Describe makes a text.
func Describe(s string) string { return s }
