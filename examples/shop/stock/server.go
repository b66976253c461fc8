package stock

import (
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Server is the stock's state. The database has all of it as well: every change is written before it counts.
type Server struct {
	id     string
	db     supervisor.Resource[*store.Store]
	view   *atomic.Pointer[Levels]
	levels Levels // replaced, never changed: readers hold it
	holds  map[string]Hold
}

type reserve struct {
	genserver.CallTo[*Server, struct{}]
	order string
	lines []Line
}

type settle struct {
	genserver.CallTo[*Server, struct{}]
	order    string
	giveBack bool
}

type add struct {
	genserver.CallTo[*Server, int]
	line Line
}

// Init reads levels and holds from the database and publishes the levels.
func (s *Server) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true) // for Terminate
	db, err := s.db.Get()
	if err != nil {
		return c.Stop(fmt.Errorf("stock: %w", err))
	}
	levels, err := store.All[int](db, levelsBucket)
	if err != nil {
		return c.Stop(fmt.Errorf("stock: %w", err))
	}
	if s.holds, err = store.All[Hold](db, holdsBucket); err != nil {
		return c.Stop(fmt.Errorf("stock: %w", err))
	}
	s.publish(levels)
	return c.OK()
}

// HandleCall answers the messages of the client functions.
func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case reserve:
		if err := s.reserve(req.order, req.lines); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	case settle:
		if err := s.settle(req.order, req.giveBack); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	case add:
		n, err := s.add(req.line)
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

func (s *Server) reserve(order string, lines []Line) error {
	if _, again := s.holds[order]; again {
		return nil
	}
	levels := maps.Clone(s.levels)
	for _, line := range lines {
		n, ok := levels[line.SKU]
		if !ok {
			return fmt.Errorf("%w: %s", ErrUnknown, line.SKU)
		}
		if n < line.Qty {
			return fmt.Errorf("%w: %s: %d left", ErrShort, line.SKU, n)
		}
		levels[line.SKU] = n - line.Qty
	}
	hold := Hold{Order: order, Lines: lines, Since: time.Now()}
	if err := s.write(levels, lines, store.Put(holdsBucket, order, hold)); err != nil {
		return err
	}
	s.holds[order] = hold
	return nil
}

func (s *Server) settle(order string, giveBack bool) error {
	hold, ok := s.holds[order]
	if !ok {
		return nil
	}
	levels, back := s.levels, []Line(nil)
	if giveBack {
		levels, back = maps.Clone(s.levels), hold.Lines
		for _, line := range back {
			levels[line.SKU] += line.Qty
		}
	}
	if err := s.write(levels, back, store.Delete(holdsBucket, order)); err != nil {
		return err
	}
	delete(s.holds, order)
	return nil
}

func (s *Server) add(line Line) (int, error) {
	n, ok := s.levels[line.SKU]
	if !ok {
		return 0, fmt.Errorf("%w: %s", ErrUnknown, line.SKU)
	}
	levels := maps.Clone(s.levels)
	levels[line.SKU] = n + line.Qty
	return levels[line.SKU], s.write(levels, []Line{line})
}

// write makes the levels of the changed lines durable, together with more, and then the truth.
func (s *Server) write(levels Levels, changed []Line, more ...store.Op) error {
	db, err := s.db.Get()
	if err != nil {
		return err
	}
	ops := more
	for _, line := range changed {
		ops = append(ops, store.Put(levelsBucket, line.SKU, levels[line.SKU]))
	}
	if err := db.Write(ops...); err != nil {
		return err
	}
	s.publish(levels)
	return nil
}

func (s *Server) publish(levels Levels) {
	s.levels = levels
	s.view.Store(&levels)
}
