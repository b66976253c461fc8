// Package procs starts servers and processes, inside trees and outside.
package procs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type cache struct{}

func newCache() *cache { return &cache{} }

type helper struct{ cache genserver.Ref[*cache] }

func (*cache) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (h *helper) Init(c *genserver.Context) genserver.Result {
	ref, err := genserver.StartLink(c.Context, newCache) // linked
	if err != nil {
		return c.Stop(err)
	}
	h.cache = ref
	return c.OK()
}

func dropped(ctx context.Context) {
	genserver.Start(ctx, newCache) // want `procs.cache is started outside a supervision tree: nothing restarts it after a crash, and nothing here links, monitors or stops it; make it a child of a supervisor, or link it to its user \(genserver.StartLink\)`
}

// API keeps a server for ever.
type API struct{ cache genserver.Ref[*cache] }

// NewAPI starts it.
func NewAPI(ctx context.Context) (*API, error) {
	ref, err := genserver.Start(ctx, newCache) // want `procs.cache is started outside`
	if err != nil {
		return nil, err
	}
	slog.Info("started", "cache", ref)
	return &API{ref}, nil
}

// Cache shows it.
func (a *API) Cache() genserver.Ref[*cache] { return a.cache }

// Sessions keeps one server for each key; only its unowned janitor stops them.
type Sessions struct {
	mu   sync.Mutex
	byID map[string]genserver.Ref[*cache]
}

// NewSessions starts the janitor.
func NewSessions() *Sessions {
	s := &Sessions{byID: map[string]genserver.Ref[*cache]{}}
	go s.expire() // want `never ends \(a ticker's channel is never closed\)`
	return s
}

// Open returns the session.
func (s *Sessions) Open(ctx context.Context, id string) (genserver.Ref[*cache], error) {
	ref, err := genserver.Start(ctx, newCache) // want `procs.cache is started outside`
	if err == nil {
		s.byID[id] = ref
	}
	return ref, err
}

func (s *Sessions) expire() {
	for range time.Tick(time.Minute) {
		for _, ref := range s.byID {
			genserver.Stop(context.Background(), ref, process.Normal)
		}
	}
}

func spawned(ctx context.Context) {
	process.Spawn(ctx, func(c *process.Context) error { // want `process is started outside a supervision tree.*process.SpawnLink`
		for {
			if _, err := process.Receive(c); err != nil {
				return err
			}
		}
	})
	process.Spawn(ctx, func(c *process.Context) error { // one task, and over
		slog.Info("once")
		return nil
	})
}

// Owned.

func scoped(ctx context.Context) error {
	ref, err := genserver.Start(ctx, newCache)
	if err != nil {
		return err
	}
	defer genserver.Stop(ctx, ref, process.Normal)
	return nil
}

// Holder stops what it holds.
type Holder struct{ cache genserver.Ref[*cache] }

// NewHolder starts it.
func NewHolder(ctx context.Context) (h *Holder, err error) {
	h = &Holder{}
	h.cache, err = genserver.Start(ctx, newCache)
	return h, err
}

// Close stops it.
func (h *Holder) Close() { genserver.Stop(context.Background(), h.cache, process.Shutdown) }

// Start hands it to its caller.
func Start(ctx context.Context) (genserver.Ref[*cache], error) {
	return genserver.Start(ctx, newCache)
}

// Public is in everybody's hands.
type Public struct{ Cache genserver.Ref[*cache] }

// NewPublic starts it.
func NewPublic(ctx context.Context) (p Public, err error) {
	p.Cache, err = genserver.Start(ctx, newCache)
	return p, err
}

func watched(c *process.Context) error {
	ref, err := genserver.Start(c, newCache)
	if err == nil {
		c.Monitor(ref.Dest())
	}
	return err
}

func linked(c *process.Context) error {
	pid, err := process.Spawn(c, func(c *process.Context) error {
		for {
			if _, err := process.Receive(c); err != nil {
				return err
			}
		}
	})
	if err == nil {
		err = c.Link(pid)
	}
	return err
}

func awaited(ctx context.Context) error {
	pid, err := process.Spawn(ctx, func(c *process.Context) error {
		for {
			if _, err := process.Receive(c); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	_, err = process.Wait(ctx, pid)
	return err
}

func byName(ctx context.Context) error {
	_, err := genserver.Start(ctx, newCache, genserver.WithName("cache"))
	if err != nil {
		return err
	}
	return genserver.Stop(ctx, genserver.Named[*cache]("cache"), process.Normal)
}

func tree(ctx context.Context) error {
	return supervisor.Run(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("cache", newCache),
	}))
}

func tellsItsEnd(ctx context.Context) error {
	ended := make(chan error, 1)
	_, err := process.Spawn(ctx, func(c *process.Context) error {
		ended <- receiveAll(c)
		return nil
	})
	if err != nil {
		return err
	}
	return <-ended
}

func receiveAll(c *process.Context) error {
	for {
		if _, err := process.Receive(c); err != nil {
			return err
		}
	}
}
