package stock

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Server is the stock's state. The database has all of it as well: every change is written before it counts. The table
// has the levels, for the others.
type Server struct {
	id    string
	db    supervisor.Resource[*store.Store]
	bus   events.Bus
	table supervisor.Resource[levels]

	books  store.Writer
	levels Levels
	holds  map[string]Hold
	sold   Levels
}

type reserve struct {
	genserver.CallTo[*Server, struct{}]
	order string
	lines []Line
}

type release struct {
	genserver.CallTo[*Server, struct{}]
	order string
	since time.Time
}

type commit struct {
	genserver.CallTo[*Server, struct{}]
	order string
}

type add struct {
	genserver.CallTo[*Server, int]
	delivery string
	line     Line
}

type forget struct {
	genserver.CallTo[*Server, int]
	before time.Time
}

// Init reads levels, holds and sales from the database and publishes the levels.
func (s *Server) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true) // for Terminate
	if err := s.load(c); err != nil {
		return c.Stop(fmt.Errorf("stock: %w", err))
	}
	return c.OK()
}

// HandleCall answers the messages of the client functions.
func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case reserve:
		if err := s.reserve(c, req.order, req.lines); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	case release:
		if err := s.release(c, req.order, req.since); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	case commit:
		if err := s.commit(c, req.order); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	case add:
		n, err := s.add(c, req.delivery, req.line)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, n)
	case forget:
		n, err := s.forget(c, req.before)
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
	slog.Info("stopped", "id", s.id, "reason", reason)
}

func (s *Server) load(c *genserver.Context) error {
	db, err := s.db.Get()
	if err != nil {
		return err
	}
	s.books = db.Claim("stock")
	if s.levels, err = store.All[int](db, levelsBucket); err != nil {
		return err
	}
	if s.holds, err = store.All[Hold](db, holdsBucket); err != nil {
		return err
	}
	if s.sold, err = store.All[int](db, soldBucket); err != nil {
		return err
	}
	return s.publish(c, s.levels)
}

func (s *Server) reserve(c *genserver.Context, order string, lines []Line) error {
	hold, again := s.holds[order]
	changed := make(Levels)
	if !again {
		hold = Hold{Order: order, Lines: lines}
		for _, line := range lines {
			n, ok := s.after(changed, line.SKU)
			if !ok {
				return fmt.Errorf("%w: %s", ErrUnknown, line.SKU)
			}
			if n < line.Qty {
				return fmt.Errorf("%w: %s: %d left", ErrShort, line.SKU, n)
			}
			changed[line.SKU] = n - line.Qty
		}
	}
	hold.Since = time.Now()
	if err := s.write(c, changed, store.Put(holdsBucket, order, hold)); err != nil {
		return err
	}
	s.holds[order] = hold
	return nil
}

func (s *Server) release(c *genserver.Context, order string, since time.Time) error {
	hold, ok := s.holds[order]
	if !ok || hold.Since.After(since) {
		return nil
	}
	changed := make(Levels)
	for _, line := range hold.Lines {
		n, _ := s.after(changed, line.SKU)
		changed[line.SKU] = n + line.Qty
	}
	if err := s.write(c, changed, store.Delete(holdsBucket, order)); err != nil {
		return err
	}
	delete(s.holds, order)
	return nil
}

func (s *Server) commit(c *genserver.Context, order string) error {
	hold, ok := s.holds[order]
	if !ok {
		return nil
	}
	sold := make(Levels)
	for _, line := range hold.Lines {
		sold[line.SKU] += line.Qty
	}
	ops := []store.Op{store.Delete(holdsBucket, order)}
	for sku, n := range sold {
		sold[sku] = s.sold[sku] + n
		ops = append(ops, store.Put(soldBucket, sku, sold[sku]))
	}
	if err := s.write(c, nil, ops...); err != nil {
		return err
	}
	delete(s.holds, order)
	maps.Copy(s.sold, sold)
	return nil
}

func (s *Server) add(c *genserver.Context, delivery string, line Line) (int, error) {
	n, ok := s.levels[line.SKU]
	if !ok {
		return 0, fmt.Errorf("%w: %s", ErrUnknown, line.SKU)
	}
	db, err := s.db.Get()
	if err != nil {
		return 0, err
	}
	if _, err := store.Get[time.Time](db, deliveriesBucket, delivery); !errors.Is(err, store.ErrNotFound) {
		return n, err // it was added before
	}
	n += line.Qty
	return n, s.write(c, Levels{line.SKU: n}, store.Put(deliveriesBucket, delivery, time.Now()))
}

func (s *Server) forget(c *genserver.Context, before time.Time) (int, error) {
	db, err := s.db.Get()
	if err != nil {
		return 0, err
	}
	deliveries, err := store.All[time.Time](db, deliveriesBucket)
	if err != nil {
		return 0, err
	}
	var ops []store.Op
	for id, at := range deliveries {
		if at.Before(before) {
			ops = append(ops, store.Delete(deliveriesBucket, id))
		}
	}
	if len(ops) == 0 {
		return 0, nil
	}
	return len(ops), s.write(c, nil, ops...)
}

// after is the level of an item when changes that are not made yet are.
func (s *Server) after(changed Levels, sku string) (int, bool) {
	if n, ok := changed[sku]; ok {
		return n, true
	}
	n, ok := s.levels[sku]
	return n, ok
}

// write makes the levels that changed durable, together with more, and then the truth.
func (s *Server) write(c *genserver.Context, changed Levels, more ...store.Op) error {
	ops := more
	for sku, n := range changed {
		ops = append(ops, store.Put(levelsBucket, sku, n))
	}
	if err := s.books.Write(ops...); err != nil {
		return err
	}
	for sku, n := range changed {
		if s.levels[sku] >= LowMark && n < LowMark {
			s.warn(c, events.StockLow{SKU: sku, Left: n})
		}
	}
	maps.Copy(s.levels, changed)
	if err := s.publish(c, changed); err != nil {
		slog.Warn("levels not published: a new table and server are on their way", "err", err)
	}
	return nil
}

// publish tells the readers, who must not hear the older news last.
func (s *Server) publish(c *genserver.Context, changed Levels) error {
	table, err := s.table.Get()
	if err != nil {
		return err
	}
	for sku, n := range changed {
		now := level{n: n, claim: s.books.Claim()}
		_, err := table.Update(c, sku, func(l level, there bool) level {
			if there && l.claim > now.claim {
				return l // another server has taken over
			}
			return now
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) warn(c *genserver.Context, event events.StockLow) {
	if err := pubsub.Broadcast(c, s.bus, events.Low, event); err != nil {
		slog.Warn("nobody hears that stock is low", "sku", event.SKU, "err", err)
	}
}
