// Package feed remembers the shop's latest events, for the API to show. It is a subscriber that may fall behind: its
// mailbox is bounded, and what finds no room is not news any more.
package feed

import (
	"context"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	// Length is how many events the feed remembers.
	Length  = 50
	mailbox = 256
)

// An Entry is an event and when the feed heard of it.
type Entry struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Event any       `json:"event"`
}

// Ref is how the rest of the shop holds the feed.
type Ref = genserver.Ref[*Server]

// Server is the feed's state.
type Server struct {
	bus     events.Bus
	entries []Entry // the last Length, oldest first
}

type recent struct {
	genserver.CallTo[*Server, []Entry]
}

// Child is the feed as a child. It stands after the bus.
func Child(id string, bus events.Bus) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *Server { return &Server{bus: bus} }, genserver.Bounded(mailbox, process.DropNewest))
}

// Recent returns the latest events, newest first.
func Recent(ctx context.Context, f Ref) ([]Entry, error) { return genserver.Call(ctx, f, recent{}) }

// Init subscribes.
func (s *Server) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, s.bus, events.Placed); err != nil {
		return c.Stop(err)
	}
	if err := pubsub.Subscribe(c, s.bus, events.Shipped); err != nil {
		return c.Stop(err)
	}
	if err := pubsub.Subscribe(c, s.bus, events.Low); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// HandleCall answers the messages of the client functions.
func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case recent:
		entries := slices.Clone(s.entries)
		slices.Reverse(entries)
		return req.Reply(from, entries)
	}
	return c.Unhandled(req)
}

// HandleInfo takes the events.
func (s *Server) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case events.OrderPlaced:
		s.add("placed", msg)
	case events.OrderShipped:
		s.add("shipped", msg)
	case events.StockLow:
		s.add("low", msg)
	default:
		return c.Unhandled(msg)
	}
	return c.NoReply()
}

func (s *Server) add(kind string, event any) {
	if len(s.entries) == Length {
		s.entries = slices.Delete(s.entries, 0, 1)
	}
	s.entries = append(s.entries, Entry{At: time.Now(), Kind: kind, Event: event})
}
