// Package crowd has goroutines in loops that ask one store, which they are given.
package crowd

import (
	"context"
	"sync"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

func ask(ctx context.Context, items store.Ref, wg *sync.WaitGroup) {
	defer wg.Done()
	store.Get(ctx, items, "declared")
}

func work(ctx context.Context, items store.Ref) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 8 {
		wg.Add(2)
		go ask(ctx, items, &wg)
		go func() {
			defer wg.Done()
			store.Get(ctx, items, "literal")
		}()
		wg.Go(func() { store.Get(ctx, items, "group") })
	}
}

func Run(ctx context.Context) error {
	items := store.Child("items") // want `3 goroutine loops \(ask, work:23, work:27\), through 1 call site, wait for each other at the one store.Store; get only reads its state`
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("crowd", supervisor.OneForOne, []supervisor.Spec{items}))
	if err != nil {
		return err
	}
	work(ctx, items.Ref())
	return supervisor.Stop(ctx, sup)
}
