// Package orders takes orders and ships them.
package orders

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/otplint/otplint/examples/smells/pricing"
	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

var (
	// ErrUnknown says that there is no such order.
	ErrUnknown = errors.New("unknown order")
	// ErrEmpty says that there is nothing to order.
	ErrEmpty = errors.New("nothing to order")
	// ErrAgain says that a request was handled already.
	ErrAgain = errors.New("request was handled already")
)

// Status is how far an order is.
type Status uint8

// An order is placed, then shipped.
const (
	Placed Status = iota
	Shipped
)

// An Order is what a customer has bought.
type Order struct {
	ID     string       `json:"id"`
	Cart   string       `json:"cart"`
	Lines  []stock.Line `json:"lines"`
	Total  int          `json:"total"`
	Status Status       `json:"status"`
}

// An Event is something that has happened to an order.
type Event struct {
	Order string    `json:"order"`
	What  string    `json:"what"`
	At    time.Time `json:"at"`
}

// Orders is the server's state.
type Orders struct {
	stock    genserver.Ref[*stock.Stock]
	prices   genserver.Ref[*pricing.Prices]
	orders   map[string]Order
	requests map[string]time.Time // by request id
	history  []Event
	last     *http.Request
	pending  []string
	count    map[Status]int
}

// Place orders lines.
type Place struct {
	genserver.CallTo[*Orders, Order]
	ID      string
	Cart    string
	Lines   []stock.Line
	Request *http.Request
}

// Get asks for one order.
type Get struct {
	genserver.CallTo[*Orders, Order]
	ID string
}

// History asks for all that has happened.
type History struct {
	genserver.CallTo[*Orders, []Event]
}

// Count asks how many orders have a status.
type Count struct {
	genserver.CallTo[*Orders, int]
	Status Status
}

// Ship ships the oldest order.
type Ship struct {
	genserver.CastTo[*Orders]
}

// New returns the order server.
func New(s genserver.Ref[*stock.Stock], p genserver.Ref[*pricing.Prices]) *Orders {
	return &Orders{
		stock: s, prices: p,
		orders:   make(map[string]Order),
		requests: make(map[string]time.Time),
		count:    make(map[Status]int),
	}
}

// Find returns one order.
func Find(ctx context.Context, o genserver.Ref[*Orders], id string) (Order, error) {
	return genserver.Call(ctx, o, Get{ID: id})
}

// Submit places an order.
func Submit(ctx context.Context, o genserver.Ref[*Orders], p Place) (Order, error) {
	return genserver.Call(ctx, o, p)
}

// Init starts shipping.
func (o *Orders) Init(c *genserver.Context) genserver.Result {
	go shipEverySecond(genserver.RefTo[*Orders](c.Self()))
	return c.OK()
}

func shipEverySecond(o genserver.Ref[*Orders]) {
	for {
		time.Sleep(time.Second)
		genserver.Cast(context.Background(), o, Ship{})
	}
}

// HandleCall places orders and answers questions.
func (o *Orders) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Place:
		order, err := o.place(c, req)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, order)
	case Get:
		order, ok := o.orders[req.ID]
		if !ok {
			return req.Fail(from, ErrUnknown)
		}
		return req.Reply(from, order)
	case History:
		return req.Reply(from, append([]Event(nil), o.history...))
	case Count:
		return req.Reply(from, o.count[req.Status])
	}
	return c.Unhandled(req)
}

// HandleCast ships.
func (o *Orders) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case Ship:
		if len(o.pending) == 0 {
			return c.NoReply()
		}
		order := o.orders[o.pending[0]]
		o.pending = o.pending[1:]
		o.moved(order, Shipped, "shipped")
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (o *Orders) place(ctx context.Context, req Place) (Order, error) {
	if len(req.Lines) == 0 {
		return Order{}, ErrEmpty
	}
	if id := req.Request.Header.Get("X-Request-Id"); id != "" {
		if _, again := o.requests[id]; again {
			return Order{}, ErrAgain
		}
		o.requests[id] = time.Now()
	}
	o.last = req.Request
	order := Order{ID: req.ID, Cart: req.Cart, Lines: req.Lines}
	for _, line := range req.Lines {
		cents, err := genserver.Call(ctx, o.prices, pricing.Quote{SKU: line.SKU, Qty: line.Qty})
		if err != nil {
			return Order{}, err
		}
		order.Total += cents
	}
	if _, err := genserver.Call(ctx, o.stock, stock.Reserve{Order: req.ID, Lines: req.Lines}); err != nil {
		return Order{}, err
	}
	o.pending = append(o.pending, order.ID)
	o.moved(order, Placed, "placed")
	return order, nil
}

func (o *Orders) moved(order Order, to Status, what string) {
	if to != Placed {
		o.count[order.Status]--
	}
	order.Status = to
	o.count[to]++
	o.orders[order.ID] = order
	o.history = append(o.history, Event{Order: order.ID, What: what, At: time.Now()})
}
