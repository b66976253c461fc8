// Package cross starts what other packages hold.
package cross

import (
	"context"
	"sync"

	"otplint.test/unsupervised/lib"
	"otplint.test/unsupervised/mid"
)

func starts(ctx context.Context) {
	go lib.Run()                       // want `the loop at lib.go:15 never ends`
	go mid.Run()                       // want `the loop at lib.go:15 never ends`
	go new(lib.Poller).Loop()          // want `the loop at lib.go:15 never ends`
	go lib.Watch(context.Background()) // want `the loop at lib.go:\d+ never ends \(its context is never cancelled`
	go lib.Watch(ctx)
	go func() { // want `the loop at lib.go:15 never ends`
		lib.Run()
	}()
	lib.Go(lib.Run)
	lib.Go(func() { // want `the loop at lib.go:15 never ends`
		mid.Run()
	})
}

func joined() {
	var wg sync.WaitGroup
	wg.Add(1)
	go lib.Work(&wg)
	wg.Wait()
	var g lib.Group
	g.Spawn(func() { lib.Run() })
	g.Close()
}

type service struct{ quit chan struct{} }

func (s *service) start(ctx context.Context) error {
	c, err := lib.Start(ctx) // want `lib.Counter is started outside a supervision tree`
	if err == nil {
		lib.Use(c)
	}
	return err
}

func (s *service) owned(ctx context.Context) error {
	c, err := lib.Start(ctx)
	if err == nil {
		defer lib.Shutdown(ctx, c)
	}
	return err
}
