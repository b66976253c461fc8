package carts

import (
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

type ref = genserver.Ref[*cart]

// cart is the state of one cart.
type cart struct {
	id    string
	ttl   time.Duration
	lines map[string]int // pieces by SKU, MaxLines at most
}

type get struct {
	genserver.CallTo[*cart, []stock.Line]
}

type set struct {
	genserver.CallTo[*cart, []stock.Line]
	line stock.Line
}

type take struct {
	genserver.CallTo[*cart, []stock.Line]
}

type restore struct {
	genserver.CastTo[*cart]
	lines []stock.Line
}

// Init waits for the first item. Whatever comes begins the wait anew.
func (s *cart) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(s.ttl) }

// HandleCall answers the messages of the client functions.
func (s *cart) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.list()).Timeout(s.ttl)
	case set:
		if err := s.set(req.line); err != nil {
			return req.Fail(from, err).Timeout(s.ttl)
		}
		return req.Reply(from, s.list()).Timeout(s.ttl)
	case take:
		return req.Reply(from, s.list()).Stop(nil)
	}
	return c.Unhandled(req)
}

// HandleCast puts lines back.
func (s *cart) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case restore:
		s.restore(msg.lines)
		return c.NoReply().Timeout(s.ttl)
	}
	return c.Unhandled(msg)
}

// HandleInfo ends a cart that nobody has touched.
func (s *cart) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case genserver.Timeout:
		return c.Stop(nil)
	}
	return c.Unhandled(msg).Timeout(s.ttl)
}

func (s *cart) list() []stock.Line {
	lines := make([]stock.Line, 0, len(s.lines))
	for _, sku := range slices.Sorted(maps.Keys(s.lines)) {
		lines = append(lines, stock.Line{SKU: sku, Qty: s.lines[sku]})
	}
	return lines
}

func (s *cart) set(line stock.Line) error {
	if line.Qty == 0 {
		delete(s.lines, line.SKU)
		return nil
	}
	if _, known := s.lines[line.SKU]; !known && len(s.lines) >= MaxLines {
		return ErrLines
	}
	s.lines[line.SKU] = line.Qty
	return nil
}

func (s *cart) restore(lines []stock.Line) {
	for _, line := range lines {
		line.Qty = min(line.Qty+s.lines[line.SKU], MaxQty)
		if err := s.set(line); err != nil {
			slog.Warn("item not restored", "cart", s.id, "sku", line.SKU, "err", err)
		}
	}
}
