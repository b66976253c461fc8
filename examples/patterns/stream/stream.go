// Package stream shows a function that is run for each of many items, a few at a time.
package stream

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/otplint/otplint/runtime/task"
)

// Store stores an item and returns its id.
type Store func(ctx context.Context, item string) (id int, err error)

// Import stores items and returns how many were stored. It tells failed of the others, and fails if ctx ends early.
func Import(ctx context.Context, items iter.Seq[string], store Store, failed func(item string, err error)) (n int, err error) {
	stored := task.AsyncStream(ctx, items, store, task.MaxConcurrency(8), task.Ordered(false),
		task.Timeout(time.Minute), task.KillOnTimeout(), task.WithInput())
	for _, err := range stored {
		var of *task.InputError[string]
		switch {
		case err == nil:
			n++
		case errors.As(err, &of): // returned by store, its panic, or too slow
			failed(of.Input, of.Err)
		default: // ctx has ended, and not all were tried
			return n, err
		}
	}
	return n, nil
}
