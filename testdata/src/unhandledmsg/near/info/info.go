// Package info has servers that send themselves what they take, and send others what nobody knows.
package info

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
)

type (
	tick  struct{}
	event interface{ event() }
	other struct{}
)

var events = pubsub.Topic[event]("events")

// Clock has one timer, and takes any message for it.
type Clock struct{ n int }

func (s *Clock) Init(c *genserver.Context) genserver.Result {
	c.SendEvery(time.Second, tick{})
	return c.OK()
}

func (s *Clock) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	s.n++
	return c.NoReply()
}

// Relay sends to processes that nobody knows, and from another one.
type Relay struct {
	to process.PID
	ps *pubsub.PubSub
}

func (s *Relay) Init(c *genserver.Context) genserver.Result {
	process.Send(c, s.to, other{})
	process.Send(c, process.Name("other"), other{})
	c.SendAfterTo(s.to, time.Second, other{})
	c.SendAfter(time.Second, "tick")
	process.SpawnLink(c.Context, func(c *process.Context) error {
		c.SendAfter(time.Second, other{})
		return nil
	})
	pubsub.Subscribe(c, s.ps, events)
	pubsub.Broadcast(c, s.ps, events, nil)
	every(c, time.Second)
	return c.OK()
}

func (s *Relay) Terminate(c *genserver.Context, reason error) { process.Send(c, c.Self(), other{}) }

func (s *Relay) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg {
	case "tick":
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Pair uses the helper that Relay uses: whose message it is depends.
type Pair struct{ Relay }

func (s *Pair) Init(c *genserver.Context) genserver.Result {
	every(c, time.Minute)
	return c.OK()
}

func (s *Pair) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if _, ok := msg.(process.Down); ok {
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}

func every(c *genserver.Context, d time.Duration) {
	if d > time.Second {
		return
	}
	c.SendAfter(d, other{})
}

func Later(ctx context.Context, pid process.PID) { process.Send(ctx, pid, tick{}) }
