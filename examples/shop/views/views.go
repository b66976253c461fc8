// Package views counts how often each item is looked at. Everybody who looks writes, so one server would be where the
// whole shop queues; the counts fall apart by item, and so do the servers. A view that is not counted hurts nobody:
// the mailboxes are bounded, and a crash begins again at zero.
package views

import (
	"context"
	"maps"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	mailbox  = 1024  // of each partition
	maxItems = 1_000 // of each partition; others are not counted
)

// Views is how the rest of the shop holds the counters.
type Views = partition.Partitions[genserver.Ref[*Server]]

// Server is the state of one partition.
type Server struct{ seen map[string]int }

type see struct {
	genserver.CastTo[*Server]
	sku string
}

type counts struct {
	genserver.CallTo[*Server, map[string]int]
}

// Child is n counters, each with its share of the items.
func Child(id string, n int) supervisor.Child[Views] {
	return partition.New(id, n, func(int) supervisor.Child[genserver.Ref[*Server]] {
		return supervisor.Server(id, func() *Server { return &Server{seen: make(map[string]int)} },
			genserver.Bounded(mailbox, process.DropNewest))
	})
}

// See counts a view of an item.
func See(ctx context.Context, v Views, sku string) {
	genserver.Cast(ctx, partition.For(v, sku), see{sku: sku})
}

// Totals returns the views of all items. It asks one partition after the other, and they go on counting meanwhile.
func Totals(ctx context.Context, v Views) (map[string]int, error) {
	all := make(map[string]int)
	for _, p := range v.All() {
		seen, err := genserver.Call(ctx, p, counts{})
		if err != nil {
			return nil, err
		}
		maps.Copy(all, seen)
	}
	return all, nil
}

// Init begins at zero.
func (s *Server) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCall answers the messages of the client functions.
func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case counts:
		return req.Reply(from, maps.Clone(s.seen))
	}
	return c.Unhandled(req)
}

// HandleCast counts.
func (s *Server) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case see:
		if _, known := s.seen[msg.sku]; known || len(s.seen) < maxItems {
			s.seen[msg.sku]++
		}
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
