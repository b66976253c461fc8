// Package stock keeps what the shop has to sell.
package stock

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

var (
	// ErrUnknown says that the shop does not sell an item.
	ErrUnknown = errors.New("unknown item")
	// ErrShort says that there are not enough pieces of an item.
	ErrShort = errors.New("out of stock")
)

// A Line is a number of pieces of one item.
type Line struct {
	SKU string `json:"sku"`
	Qty int    `json:"qty"`
}

// A Move is a change of a level.
type Move struct {
	Line
	Order string
	At    time.Time
}

// Stock is the server's state.
type Stock struct {
	levels   map[string]int
	reserved map[string][]Line // by order
	moves    []Move
}

// Get asks for the pieces of one item.
type Get struct {
	genserver.CallTo[*Stock, int]
	SKU string
}

// List asks for all levels.
type List struct {
	genserver.CallTo[*Stock, map[string]int]
}

// Reserve takes the pieces of an order, all or none.
type Reserve struct {
	genserver.CallTo[*Stock, struct{}]
	Order string
	Lines []Line
}

// Restock puts pieces on the shelf.
type Restock struct {
	genserver.CastTo[*Stock]
	SKU string
	Qty int
}

// New returns a stock with the levels of the opening day.
func New() *Stock {
	return &Stock{
		levels:   map[string]int{"apple": 100, "banana": 50, "cherry": 1000},
		reserved: make(map[string][]Line),
	}
}

// Level returns the pieces of an item.
func Level(ctx context.Context, s genserver.Ref[*Stock], sku string) (int, error) {
	return genserver.Call(ctx, s, Get{SKU: sku})
}

// Deliver puts the pieces of a delivery on the shelf.
func Deliver(ctx context.Context, s genserver.Ref[*Stock], delivery []Restock) {
	for _, msg := range delivery {
		genserver.Cast(ctx, s, msg)
	}
}

// Init has nothing to do.
func (s *Stock) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall answers questions and reserves.
func (s *Stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case Get:
		n, ok := s.levels[req.SKU]
		if !ok {
			return req.Fail(from, ErrUnknown)
		}
		return req.Reply(from, n)
	case List:
		return req.Reply(from, maps.Clone(s.levels))
	case Reserve:
		if err := s.reserve(req.Order, req.Lines); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	}
	return c.Unhandled(req)
}

// HandleCast restocks.
func (s *Stock) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case Restock:
		s.levels[msg.SKU] += msg.Qty
		s.moves = append(s.moves, Move{Line: Line{SKU: msg.SKU, Qty: msg.Qty}, At: time.Now()})
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (s *Stock) reserve(order string, lines []Line) error {
	for _, line := range lines {
		if n, ok := s.levels[line.SKU]; !ok || n < line.Qty {
			return fmt.Errorf("%w: %s", ErrShort, line.SKU)
		}
	}
	for _, line := range lines {
		s.levels[line.SKU] -= line.Qty
		s.moves = append(s.moves, Move{Line: Line{SKU: line.SKU, Qty: -line.Qty}, Order: order, At: time.Now()})
	}
	s.reserved[order] = lines
	return nil
}
