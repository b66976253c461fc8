// Package stock is a server that others need, and one that needs it.
package stock

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Stock struct{ levels map[string]int }

type level struct {
	genserver.CallTo[*Stock, int]
	sku string
}
type note struct{ genserver.CastTo[*Stock] }

type Ref = genserver.Ref[*Stock]

func New() *Stock                           { return &Stock{levels: map[string]int{}} }
func Child(id string) supervisor.Child[Ref] { return supervisor.Server(id, New) }

func Level(ctx context.Context, s Ref, sku string) (int, error) {
	return genserver.Call(ctx, s, level{sku: sku})
}
func Note(ctx context.Context, s Ref) { genserver.Cast(ctx, s, note{}) }

// Sum is a client function that calls by another.
func Sum(ctx context.Context, s Ref, skus ...string) (int, error) {
	sum := 0
	for _, sku := range skus {
		n, err := Level(ctx, s, sku)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func (s *Stock) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case level:
		return req.Reply(from, s.levels[req.sku])
	}
	return c.Unhandled(req)
}

func (s *Stock) HandleCast(c *genserver.Context, msg any) genserver.Result { return c.NoReply() }

// Menu reads the stock in its Init.
type Menu struct {
	stock Ref
	total int
}

type total struct{ genserver.CallTo[*Menu, int] }

type MenuRef = genserver.Ref[*Menu]

func NewMenu(s Ref) *Menu { return &Menu{stock: s} }

// MenuChild is the other package's way to a menu.
func MenuChild(id string, s Ref) supervisor.Child[MenuRef] {
	return supervisor.Server(id, func() *Menu { return NewMenu(s) })
}

func Total(ctx context.Context, m MenuRef) (int, error) { return genserver.Call(ctx, m, total{}) }

func (m *Menu) Init(c *genserver.Context) genserver.Result {
	if err := m.load(c); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (m *Menu) load(ctx context.Context) (err error) {
	m.total, err = Sum(ctx, m.stock, "apple", "pear")
	return err
}

func (m *Menu) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case total:
		return req.Reply(from, m.total)
	}
	return c.Unhandled(req)
}
