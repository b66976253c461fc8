// Package carts holds what customers have put aside: one server for each cart.
package carts

import (
	"context"
	"sync"
	"time"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

const idle = 30 * time.Minute

// Cart is the state of one cart's server.
type Cart struct {
	lines []stock.Line
}

// Add puts a line into the cart.
type Add struct {
	genserver.CastTo[*Cart]
	Line stock.Line
}

// Lines asks what is in the cart.
type Lines struct {
	genserver.CallTo[*Cart, []stock.Line]
}

// Clear empties the cart.
type Clear struct {
	genserver.CastTo[*Cart]
}

// Init has nothing to do.
func (ct *Cart) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall answers with the lines.
func (ct *Cart) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Lines:
		return req.Reply(from, append([]stock.Line(nil), ct.lines...))
	}
	return c.Unhandled(req)
}

// HandleCast changes the cart.
func (ct *Cart) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case Add:
		ct.lines = append(ct.lines, msg.Line)
		return c.NoReply()
	case Clear:
		ct.lines = nil
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Carts finds the cart of a customer.
type Carts struct {
	mu   sync.Mutex
	open map[string]*entry
}

type entry struct {
	cart genserver.Ref[*Cart]
	used time.Time
}

// New returns a shop without carts.
func New() *Carts {
	cs := &Carts{open: make(map[string]*entry)}
	go cs.expire()
	return cs
}

// Open returns a cart, a new one if there is none.
func (cs *Carts) Open(ctx context.Context, id string) (genserver.Ref[*Cart], error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if e, ok := cs.open[id]; ok {
		e.used = time.Now()
		return e.cart, nil
	}
	cart, err := genserver.Start(ctx, func() *Cart { return &Cart{} })
	if err != nil {
		return cart, err
	}
	cs.open[id] = &entry{cart: cart, used: time.Now()}
	return cart, nil
}

func (cs *Carts) expire() {
	for now := range time.Tick(time.Minute) {
		for _, cart := range cs.drop(now.Add(-idle)) {
			genserver.Stop(context.Background(), cart, process.Normal)
		}
	}
}

func (cs *Carts) drop(before time.Time) (old []genserver.Ref[*Cart]) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for id, e := range cs.open {
		if e.used.Before(before) {
			old = append(old, e.cart)
			delete(cs.open, id)
		}
	}
	return old
}
