// Package jobs is what the shop does when nobody asks: ship what was ordered, clean up what is left over.
package jobs

import (
	"errors"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// wakeups is how many events may wait: one would do, since all say the same.
const wakeups = 8

// Shipper is a child that ships placed orders, one after the other. The event of an order wakes it; since an event may be
// lost it also looks at every interval. An order is shipped again if the shop crashes between shipping and recording it.
func Shipper(id string, o orders.Ref, s stock.Ref, bus events.Bus, every time.Duration) supervisor.Child[process.Dest] {
	server := supervisor.Server(id, func() *shipper {
		return &shipper{id: id, orders: o, stock: s, bus: bus, every: every}
	}, genserver.Bounded(wakeups, process.DropNewest))
	return supervisor.Map(server, genserver.Ref[*shipper].Dest)
}

// shipper's state is whether it has work: what there is to ship the orders know.
type shipper struct {
	id     string
	orders orders.Ref
	stock  stock.Ref
	bus    events.Bus
	every  time.Duration

	working bool // a more is on its way
}

type (
	look struct{} // the timer's: see whether something was missed
	more struct{} // after an order: see whether there is another
)

// Init subscribes, and looks for what was ordered before.
func (s *shipper) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true) // for Terminate
	if err := pubsub.Subscribe(c, s.bus, events.Placed); err != nil {
		return c.Stop(err)
	}
	c.SendEvery(s.every, look{})
	return c.OK()
}

// HandleInfo ships one order at a time, so that a stop need not wait for all.
func (s *shipper) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case more:
		s.working = false
	case look, events.OrderPlaced:
	case process.Exited:
		return c.Stop(msg.Reason)
	default:
		return c.Unhandled(msg)
	}
	if !s.working && s.ship(c) {
		s.working = true
		c.SendAfter(0, more{})
	}
	return c.NoReply()
}

// Terminate says goodbye; there is nothing to save.
func (s *shipper) Terminate(_ *genserver.Context, reason error) {
	slog.Info("stopped", "id", s.id, "reason", reason)
}

// ship ships the next order and reports whether there was one. A sibling that is being restarted is no reason to crash as
// well: the next look will do.
func (s *shipper) ship(c *genserver.Context) bool {
	order, err := orders.Next(c, s.orders)
	if errors.Is(err, orders.ErrNone) {
		return false
	}
	if err != nil {
		slog.Warn("shipping interrupted", "err", err)
		return false
	}
	slog.Info("shipping", "order", order.ID, "lines", len(order.Lines)) // the parcel service, in a real shop
	if err := orders.MarkShipped(c, s.orders, order.ID); err != nil {
		slog.Warn("shipping interrupted", "order", order.ID, "err", err)
		return false
	}
	if err := stock.Commit(c, s.stock, order.ID); err != nil {
		slog.Warn("hold left to the janitor", "order", order.ID, "err", err)
	}
	return true
}
