// Package stream asks one store from tasks, many at once, in three places.
package stream

import (
	"context"
	"slices"

	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
	"otplint.test/bottleneck/store"
)

func sum(ctx context.Context, items store.Ref, keys []string) (sum int) {
	for n, err := range task.AsyncStream(ctx, slices.Values(keys), func(ctx context.Context, key string) (int, error) {
		return store.Get(ctx, items, key)
	}) {
		if err == nil {
			sum += n
		}
	}
	return sum
}

func most(ctx context.Context, items store.Ref, keys []string) (most int) {
	for n, err := range task.AsyncStream(ctx, slices.Values(keys), func(ctx context.Context, key string) (int, error) {
		return store.Get(ctx, items, key)
	}, task.Ordered(false)) {
		if err == nil {
			most = max(most, n)
		}
	}
	return most
}

func each(ctx context.Context, items store.Ref, keys []string) (all []*task.Task[int]) {
	for _, key := range keys {
		all = append(all, task.Async(ctx, func(ctx context.Context) (int, error) { return store.Get(ctx, items, key) }))
	}
	return all
}

// Tree has one store.
func Tree(keys []string) supervisor.Child[supervisor.Ref] {
	items := store.Child("items") // want `3 goroutine loops .* wait for each other at the one store.Store; get only reads its state`
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{items,
		supervisor.Func("work", func(ctx context.Context) error {
			sum(ctx, items.Ref(), keys)
			most(ctx, items.Ref(), keys)
			_, err := task.AwaitAll(ctx, each(ctx, items.Ref(), keys)...)
			return err
		})})
}
