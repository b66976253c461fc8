// Package other has servers of a protocol that another package declares.
package other

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/unhandledmsg/proto"
)

// Disk is viewed as a store, and has not all of its protocol.
type Disk struct{}

func (s *Disk) Name() string                               { return "disk" }
func (s *Disk) Init(c *genserver.Context) genserver.Result { return c.OK() }
func AsStore(r genserver.Ref[*Disk]) genserver.Ref[proto.Store] {
	return genserver.View(r, func(s *Disk) proto.Store { return s })
}

func (s *Disk) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result { // want `other.Disk.HandleCall has no case for Write, which is called at 1 place \(Put\)`
	switch req := req.(type) {
	case proto.Read:
		return req.Reply(from, "")
	}
	return c.Unhandled(req)
}

func (s *Disk) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case *proto.Purge: // want `other.Disk.HandleCast has a case for Purge by pointer only, but it is cast at 1 place \(Drop\), as a value`
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Memory implements the interface, but nobody views it so.
type Memory struct{}

var _ proto.Store = (*Memory)(nil)

type Size struct{ genserver.CallTo[*Memory, int] }
type Sweep struct{ genserver.CallTo[*Memory, int] }

func (s *Memory) Name() string                               { return "memory" }
func (s *Memory) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Memory) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Size:
		return req.Reply(from, 0)
	}
	return c.Unhandled(req)
}

func Ask(ctx context.Context, r genserver.Ref[*Memory]) { genserver.Call(ctx, r, Size{}) }
