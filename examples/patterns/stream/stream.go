// Package stream shows a function that is run for each of many items, a few at a time.
package stream

import (
	"context"
	"iter"
	"time"

	"github.com/otplint/otplint/runtime/task"
)

// Import stores each item and counts those that were stored. Items that fail are handed to failed; an error is what
// ended the import early.
func Import(ctx context.Context, items iter.Seq[string], store func(ctx context.Context, item string) (int, error), failed func(error)) (n int, err error) {
	stored := task.AsyncStream(ctx, items, store, task.MaxConcurrency(8), task.Ordered(false),
		task.Timeout(time.Minute), task.KillOnTimeout(), task.WithInput())
	for _, err := range stored {
		switch {
		case ctx.Err() != nil:
			return n, ctx.Err()
		case err != nil: // returned, a crash, or too slow: with the item, see task.InputError
			failed(err)
		default:
			n++
		}
	}
	return n, nil
}
