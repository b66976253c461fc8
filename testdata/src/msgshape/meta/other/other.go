// Package other has messages for package meta.
package other

import "github.com/otplint/otplint/runtime/genserver"

// Server takes them.
type Server struct{}

func (s *Server) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Note is a cast.
type Note struct{ genserver.CastTo[*Server] }

// Get is a call.
type Get struct {
	genserver.CallTo[*Server, string]
}

// Wide is exported: what others do with its fields' order nobody knows.
type Wide struct { // want `message Wide embeds CastTo behind other fields: it takes 16 bytes instead of 8`
	N int
	genserver.CastTo[*Server]
}
