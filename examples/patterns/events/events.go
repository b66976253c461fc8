// Package events shows servers that hear of what happens elsewhere, and a publisher that does not know them.
package events

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Paid tells that an order was paid.
type Paid struct {
	Order string
	Cents int
}

// Payments is the topic that carries Paid, and nothing else.
const Payments = pubsub.Topic[Paid]("payments")

// Pay takes a payment and tells whoever wants to know.
func Pay(ctx context.Context, bus *pubsub.PubSub, order string, cents int) error {
	// ... the payment itself
	return pubsub.Broadcast(ctx, bus, Payments, Paid{Order: order, Cents: cents})
}

// revenue adds up payments.
type revenue struct {
	bus   *pubsub.PubSub
	cents int
}

type sum struct {
	genserver.CallTo[*revenue, int]
}

// Ref is how the rest of the program holds the server.
type Ref = genserver.Ref[*revenue]

// Child is the server as a child of a supervisor. It stands after the bus, and falls behind by a thousand at most.
func Child(id string, bus *pubsub.PubSub) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *revenue { return &revenue{bus: bus} }, genserver.Bounded(1000, process.DropNewest))
}

// Sum is what was paid since the server started.
func Sum(ctx context.Context, r Ref) (int, error) { return genserver.Call(ctx, r, sum{}) }

func (s *revenue) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, s.bus, Payments); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (s *revenue) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case Paid:
		s.cents += msg.Cents
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// HandleCall tells the sum.
func (s *revenue) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case sum:
		return req.Reply(from, s.cents)
	}
	return c.Unhandled(req)
}
