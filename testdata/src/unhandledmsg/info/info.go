// Package info has servers that are sent what their HandleInfo does not know.
package info

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
)

type (
	tick    struct{}
	tock    struct{}
	placed  struct{ id int }
	flushed struct{}
	wake    struct{}
)

var orders = pubsub.Topic[placed]("orders")

type Poller struct{ ps *pubsub.PubSub }

func (s *Poller) Init(c *genserver.Context) genserver.Result {
	c.SendEvery(time.Second, tick{})
	c.SendEvery(time.Second, &tock{}) // want `tock is sent as a pointer, but info.Poller.HandleInfo has a case for the value only: it does not match, and each is logged and lost: send the value`
	pubsub.Subscribe(c, s.ps, orders)
	s.flush(c)
	return c.OK()
}

func (s *Poller) flush(c *genserver.Context) { process.Send(c, c.Self(), flushed{}) }

func Wake(ctx context.Context, r genserver.Ref[*Poller]) { process.Send(ctx, r.Dest(), wake{}) }

func (s *Poller) HandleInfo(c *genserver.Context, msg any) genserver.Result { // want `HandleInfo has no case for flushed, which is sent at 1 place \(Poller.flush\): each is logged and lost` `HandleInfo has no case for placed` `HandleInfo has no case for tick` `HandleInfo has no case for wake`
	switch msg := msg.(type) {
	case tock:
		return c.NoReply()
	default:
		return c.Unhandled(msg)
	}
}

type Deaf struct{} // want `info.Deaf has no HandleInfo for tick, which is sent at 1 place \(Deaf.Init\): each is logged and lost`

func (s *Deaf) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(time.Second, tick{})
	return c.OK()
}
