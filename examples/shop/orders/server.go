package orders

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Server is the orders' state: the queue. The orders themselves are in the database.
type Server struct {
	id      string
	db      supervisor.Resource[*store.Store]
	bus     events.Bus
	books   store.Writer
	pending []string // ids of placed orders, oldest first
}

type place struct {
	genserver.CallTo[*Server, Order]
	id, cart string
	lines    []stock.Line
}

type next struct {
	genserver.CallTo[*Server, Order]
}

type markShipped struct {
	genserver.CallTo[*Server, struct{}]
	id string
}

type forget struct {
	genserver.CallTo[*Server, int]
	before time.Time
}

// Init finds the orders that are still to be shipped.
func (s *Server) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true) // for Terminate
	db, err := s.db.Get()
	if err != nil {
		return c.Stop(fmt.Errorf("orders: %w", err))
	}
	s.books = db.Claim("orders")
	orders, err := list(db)
	if err != nil {
		return c.Stop(fmt.Errorf("orders: %w", err))
	}
	for _, order := range orders {
		if order.Status == Placed {
			s.pending = append(s.pending, order.ID)
		}
	}
	return c.OK()
}

// HandleCall answers the messages of the client functions.
func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	db, err := s.db.Get()
	if err != nil {
		return c.Stop(fmt.Errorf("orders: %w", err)) // the database is gone: so are we, soon
	}
	switch req := req.(type) {
	case place:
		order, err := s.place(c, db, req)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, order)
	case next:
		if len(s.pending) == 0 {
			return req.Fail(from, ErrNone)
		}
		order, err := store.Get[Order](db, bucket, s.pending[0])
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, order)
	case markShipped:
		if err := s.markShipped(c, db, req.id); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	case forget:
		n, err := s.forget(db, req.before)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

// HandleInfo takes the exit signals that a trapping process gets as messages.
func (s *Server) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Exited:
		return c.Stop(msg.Reason)
	}
	return c.Unhandled(msg)
}

// Terminate says goodbye; there is nothing to save.
func (s *Server) Terminate(_ *genserver.Context, reason error) {
	slog.Info("stopped", "id", s.id, "pending", len(s.pending), "reason", reason)
}

func (s *Server) place(c *genserver.Context, db *store.Store, req place) (Order, error) {
	if order, err := store.Get[Order](db, bucket, req.id); !errors.Is(err, store.ErrNotFound) {
		return order, err
	}
	if len(s.pending) >= MaxPending {
		return Order{}, ErrBusy
	}
	order := Order{ID: req.id, Cart: req.cart, Lines: req.lines, Status: Placed, Placed: time.Now()}
	if err := s.books.Write(store.Put(bucket, order.ID, order)); err != nil {
		return Order{}, err
	}
	s.pending = append(s.pending, order.ID)
	tell(c, s.bus, events.Placed, events.OrderPlaced{Order: order.ID, Lines: len(order.Lines)})
	return order, nil
}

func (s *Server) markShipped(c *genserver.Context, db *store.Store, id string) error {
	order, err := store.Get[Order](db, bucket, id)
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknown
	}
	if err != nil {
		return err
	}
	if order.Status == Shipped {
		return nil
	}
	order.Status, order.Shipped = Shipped, time.Now()
	if err := s.books.Write(store.Put(bucket, id, order)); err != nil {
		return err
	}
	s.pending = slices.DeleteFunc(s.pending, func(p string) bool { return p == id })
	tell(c, s.bus, events.Shipped, events.OrderShipped{Order: id})
	return nil
}

func (s *Server) forget(db *store.Store, before time.Time) (int, error) {
	orders, err := list(db)
	if err != nil {
		return 0, err
	}
	var ops []store.Op
	for _, order := range orders {
		if order.Status == Shipped && order.Shipped.Before(before) {
			ops = append(ops, store.Delete(bucket, order.ID))
		}
	}
	if len(ops) == 0 {
		return 0, nil
	}
	return len(ops), s.books.Write(ops...)
}

// tell broadcasts an event. That nobody can hear it is no reason to refuse the order.
func tell[E any](c *genserver.Context, bus events.Bus, topic pubsub.Topic[E], event E) {
	if err := pubsub.Broadcast(c, bus, topic, event); err != nil {
		slog.Warn("event lost", "topic", topic, "err", err)
	}
}
