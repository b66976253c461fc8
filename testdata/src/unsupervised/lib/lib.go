// Package lib is used by package cross: its functions are known by summaries.
package lib

import (
	"context"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// Run never returns.
func Run() {
	for {
		time.Sleep(time.Second)
	}
}

// Poller has a loop.
type Poller struct{}

// Loop never returns.
func (*Poller) Loop() { Run() }

// Watch ends with ctx.
func Watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// Work tells its caller that it ended.
func Work(wg *sync.WaitGroup) {
	defer wg.Done()
	Run()
}

// Go runs f.
func Go(f func()) { go f() }

// Runner is what Start runs.
type Runner interface{ Loop() }

// Launch runs r's loop.
func Launch(r Runner) { go r.Loop() }

// LaunchLogged does so, too.
func LaunchLogged[R Runner](r R) {
	go func() { r.Loop() }()
}

// Await runs r's loop and waits for it.
func Await(r Runner) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Loop()
	}()
	<-done
}

// Group joins what it runs.
type Group struct{ wg sync.WaitGroup }

// Spawn runs f.
func (g *Group) Spawn(f func()) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		f()
	}()
}

// Close waits.
func (g *Group) Close() { g.wg.Wait() }

// Counter is a server.
type Counter struct{ n int }

// Init starts it.
func (*Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Start starts a counter; its caller owns it.
func Start(ctx context.Context) (genserver.Ref[*Counter], error) {
	return genserver.Start(ctx, func() *Counter { return &Counter{} })
}

// Use does not own c.
func Use(c genserver.Ref[*Counter]) bool { return c.IsZero() }

// Shutdown stops c.
func Shutdown(ctx context.Context, c genserver.Ref[*Counter]) {
	genserver.Stop(ctx, c, process.Normal)
}
