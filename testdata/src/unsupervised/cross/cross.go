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
	lib.Go(lib.Run) // want `the loop at lib.go:15 never ends`
	lib.Go(func() { // want `the loop at lib.go:15 never ends`
		mid.Run()
	})
}

// own is a runner of this package, brief one that ends.
type own struct{}

func (own) Loop() { lib.Run() }

type brief struct{ lib.Poller }

func (brief) Loop() {}

// interfaces hide the loop from nobody who sees what becomes one.
func interfaces(unknown lib.Runner, several bool) {
	lib.Launch(own{})           // want `the loop at lib.go:15 never ends`
	lib.Launch(new(lib.Poller)) // want `the loop at lib.go:15 never ends`
	lib.LaunchLogged(own{})     // want `the loop at lib.go:15 never ends`
	var r lib.Runner = own{}
	go r.Loop() // want `the loop at lib.go:15 never ends`
	lib.Launch(brief{})
	lib.Launch(unknown)
	lib.Await(own{})
	go unknown.Loop()
	go lib.Runner(brief{}).Loop()
	either := lib.Runner(brief{})
	if several {
		either = own{}
	}
	go either.Loop()
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
