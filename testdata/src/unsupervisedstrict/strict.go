// Package unsupervisedstrict holds what unsupervised reports only with -strict:
// work that can be told to stop, and whose end nobody learns of.
package unsupervisedstrict

import (
	"context"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

var _ process.PID

func cancelled(ctx context.Context) {
	go poll(ctx) // want `goroutine can be stopped but has no owner: nothing waits for the loop at strict.go:\d+ or learns that it failed`
}

func poll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

type worker struct {
	jobs chan int
	quit chan struct{}
}

func (w *worker) start() {
	go w.run() // want `can be stopped but has no owner`
}

func (w *worker) run() {
	for {
		select {
		case <-w.jobs:
		case <-w.quit:
			return
		}
	}
}

func (w *worker) stop() { close(w.quit) }

// Joined as well as cancelled: it has an owner.
func joined(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		poll(ctx)
	}()
	wg.Wait()
}

func awaited(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		poll(ctx)
		close(done)
	}()
	<-done
}

// Ends by itself.
func once(ctx context.Context) {
	go func() { <-ctx.Done() }()
}
