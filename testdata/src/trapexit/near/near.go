// Package near has servers whose Terminate runs, or does nothing that anybody misses.
package near

import (
	"bufio"
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// trapping traps exits, in a helper.
type trapping struct{ w *bufio.Writer }

func (s *trapping) Init(c *genserver.Context) genserver.Result {
	s.begin(c)
	return c.OK()
}

func (s *trapping) begin(c *genserver.Context) { c.TrapExit(true) }

func (s *trapping) Terminate(*genserver.Context, error) { s.w.Flush() }

// later traps exits when it has something to lose.
type later struct{ f *os.File }

func (s *later) Init(c *genserver.Context) genserver.Result { return c.OK().Continue(nil) }

func (s *later) HandleContinue(c *genserver.Context, _ any) genserver.Result {
	c.TrapExit(true)
	return c.NoReply()
}

func (s *later) Terminate(*genserver.Context, error) { s.f.Close() }

// base traps exits for those that embed it.
type base struct{}

func (b *base) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}

type derived struct {
	base
	f *os.File
}

func (s *derived) Terminate(*genserver.Context, error) { s.f.Close() }

type calling struct {
	base
	f *os.File
}

func (s *calling) Init(c *genserver.Context) genserver.Result { return s.base.Init(c) }

func (s *calling) Terminate(*genserver.Context, error) { s.f.Close() }

// logs only logs, counts, and changes its own state.
type logs struct {
	stopped atomic.Int32
	timer   *time.Timer
	cancel  context.CancelFunc
	items   map[string]int
	done    bool
}

func (s *logs) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *logs) Terminate(_ *genserver.Context, reason error) {
	slog.Info("stopped", "reason", reason)
	s.stopped.Add(1)
	s.timer.Stop()
	s.cancel()
	clear(s.items)
	s.done = true
	s.note()
}

func (s *logs) note() { s.items = nil }

// keeps makes a closer for later, and closes nothing.
type keeps struct {
	f    *os.File
	last func()
}

func (s *keeps) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *keeps) Terminate(*genserver.Context, error) { s.last = func() { s.f.Close() } }

// unstarted is nobody's child here.
type unstarted struct{ f *os.File }

func (s *unstarted) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *unstarted) Terminate(*genserver.Context, error) { s.f.Close() }

// alone is started without a link: nobody but itself stops it.
type alone struct{ f *os.File }

func (s *alone) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *alone) Terminate(*genserver.Context, error) { s.f.Close() }

// Alone starts one.
func Alone(ctx context.Context) (genserver.Ref[*alone], error) {
	return genserver.Start(ctx, func() *alone { return &alone{} })
}

// hooked hands its context to somebody who may trap exits.
type hooked struct {
	hook func(*genserver.Context)
	f    *os.File
}

func (s *hooked) Init(c *genserver.Context) genserver.Result {
	s.hook(c)
	return c.OK()
}

func (s *hooked) Terminate(*genserver.Context, error) { s.f.Close() }

type preparer interface{ Prepare(*genserver.Context) }

type prepared struct {
	p preparer
	f *os.File
}

func (s *prepared) Init(c *genserver.Context) genserver.Result {
	s.p.Prepare(c)
	return c.OK()
}

func (s *prepared) Terminate(*genserver.Context, error) { s.f.Close() }

// method has the name, and another signature: no callback.
type method struct{ f *os.File }

func (s *method) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *method) Close() error { return s.f.Close() }

// cache has nothing to lose, and is killed.
type cache struct{ items map[string]int }

func (s *cache) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *cache) Terminate(*genserver.Context, error) { slog.Info("gone", "items", len(s.items)) }

// Children are they all. The pipe is closed by the runtime.
func Children(hook func(*genserver.Context), p preparer) []supervisor.Spec {
	return []supervisor.Spec{
		supervisor.Server("trapping", func() *trapping { return &trapping{} }),
		supervisor.Server("later", func() *later { return &later{} }),
		supervisor.Server("derived", func() *derived { return &derived{} }),
		supervisor.Server("calling", func() *calling { return &calling{} }),
		supervisor.Server("logs", func() *logs { return &logs{} }),
		supervisor.Server("keeps", func() *keeps { return &keeps{} }),
		supervisor.Server("hooked", func() *hooked { return &hooked{hook: hook} }),
		supervisor.Server("prepared", func() *prepared { return &prepared{p: p} }),
		supervisor.Server("method", func() *method { return &method{} }),
		supervisor.Server("cache", func() *cache { return &cache{} }).Shutdown(supervisor.BrutalKill),
		supervisor.Server("patient", func() *trapping { return &trapping{} }).Shutdown(supervisor.Infinity),
		supervisor.Closer("pipe", func(context.Context) (*os.File, error) { return os.Open("pipe") }).Shutdown(time.Second),
	}
}
