package carts

import (
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// server is the state of one server of carts.
type server struct {
	id    string
	ttl   time.Duration
	carts map[string]*cart
}

type cart struct {
	lines map[string]int // pieces by SKU
	used  time.Time
}

type get struct {
	genserver.CallTo[*server, []stock.Line]
	cart string
}

type set struct {
	genserver.CallTo[*server, []stock.Line]
	cart string
	line stock.Line
}

type take struct {
	genserver.CallTo[*server, []stock.Line]
	cart string
}

type restore struct {
	genserver.CastTo[*server]
	cart  string
	lines []stock.Line
}

// sweep is the timer's message.
type sweep struct{}

// Init starts the timer that forgets old carts.
func (s *server) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true) // for Terminate
	c.SendEvery(max(s.ttl/4, time.Millisecond), sweep{})
	return c.OK()
}

// HandleCall answers the messages of the client functions.
func (s *server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.get(req.cart))
	case set:
		if err := s.set(req.cart, req.line); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, s.get(req.cart))
	case take:
		lines := s.get(req.cart)
		delete(s.carts, req.cart)
		return req.Reply(from, lines)
	}
	return c.Unhandled(req)
}

// HandleCast puts lines back.
func (s *server) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case restore:
		s.restore(msg.cart, msg.lines)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// HandleInfo sweeps, and takes the exit signals that a trapping process gets as messages.
func (s *server) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case sweep:
		s.sweep(time.Now().Add(-s.ttl))
		return c.NoReply()
	case process.Exited:
		return c.Stop(msg.Reason)
	}
	return c.Unhandled(msg)
}

// Terminate says goodbye; the carts go with the server.
func (s *server) Terminate(_ *genserver.Context, reason error) {
	slog.Info("stopped", "id", s.id, "carts", len(s.carts), "reason", reason)
}

func (s *server) get(id string) []stock.Line {
	ct, ok := s.carts[id]
	if !ok {
		return nil
	}
	ct.used = time.Now()
	lines := make([]stock.Line, 0, len(ct.lines))
	for _, sku := range slices.Sorted(maps.Keys(ct.lines)) {
		lines = append(lines, stock.Line{SKU: sku, Qty: ct.lines[sku]})
	}
	return lines
}

func (s *server) set(id string, line stock.Line) error {
	if line.Qty < 0 || line.Qty > MaxQty {
		return ErrQty
	}
	ct, err := s.open(id)
	if err != nil {
		return err
	}
	if line.Qty == 0 {
		delete(ct.lines, line.SKU)
		return nil
	}
	if _, known := ct.lines[line.SKU]; !known && len(ct.lines) >= MaxLines {
		return ErrLines
	}
	ct.lines[line.SKU] = line.Qty
	return nil
}

func (s *server) restore(id string, lines []stock.Line) {
	for _, line := range lines {
		qty := line.Qty
		if ct, ok := s.carts[id]; ok {
			qty = min(qty+ct.lines[line.SKU], MaxQty)
		}
		if err := s.set(id, stock.Line{SKU: line.SKU, Qty: qty}); err != nil {
			slog.Warn("cart not restored", "cart", id, "sku", line.SKU, "err", err)
		}
	}
}

// open returns the cart, a new one if need be.
func (s *server) open(id string) (*cart, error) {
	ct, ok := s.carts[id]
	if !ok {
		if len(s.carts) >= maxCarts {
			return nil, ErrBusy
		}
		ct = &cart{lines: make(map[string]int)}
		s.carts[id] = ct
	}
	ct.used = time.Now()
	return ct, nil
}

func (s *server) sweep(unusedSince time.Time) {
	maps.DeleteFunc(s.carts, func(_ string, ct *cart) bool { return ct.used.Before(unusedSince) })
}
