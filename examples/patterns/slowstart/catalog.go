// Package slowstart shows a server whose state takes long to load, and that does not hold up the start of its tree.
package slowstart

import (
	"context"
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Load reads the catalog, from a database or another service.
type Load func(ctx context.Context) (prices map[string]int, err error)

type catalog struct {
	load   Load
	prices map[string]int
}

type price struct {
	genserver.CallTo[*catalog, int]
	item string
}

// Ref is how the rest of the program holds the catalog.
type Ref = genserver.Ref[*catalog]

// Child is the catalog as a child of a supervisor.
func Child(id string, load Load) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *catalog { return &catalog{load: load} })
}

// Price is what an item costs. It waits while the catalog is loaded.
func Price(ctx context.Context, cat Ref, item string) (int, error) {
	return genserver.Call(ctx, cat, price{item: item})
}

type fill struct{}

func (s *catalog) Init(c *genserver.Context) genserver.Result {
	return c.OK().Continue(fill{}) // the supervisor goes on with the next child
}

func (s *catalog) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	switch arg.(type) {
	case fill:
		prices, err := s.load(c) // c ends when the server is stopped
		if err != nil {
			return c.Stop(fmt.Errorf("load the catalog: %w", err)) // a crash: the supervisor tries again
		}
		s.prices = prices
		return c.NoReply()
	}
	return c.Unhandled(arg)
}

func (s *catalog) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case price:
		return req.Reply(from, s.prices[req.item])
	}
	return c.Unhandled(req)
}
