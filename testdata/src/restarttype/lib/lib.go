// Package lib has a server that other packages make children of.
package lib

import (
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Session stops when it has been idle.
type Session struct{}

// Init waits for the first message.
func (s *Session) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(time.Minute) }

// HandleInfo ends it.
func (s *Session) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case genserver.Timeout:
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}

// Child is a session; whoever starts it says when it is restarted.
func Child(id string) supervisor.Child[genserver.Ref[*Session]] {
	return supervisor.Server(id, func() *Session { return &Session{} })
}
