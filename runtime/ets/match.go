package ets

import (
	"context"
	"iter"
)

// match filters a traversal.
func match[K, V any](all iter.Seq2[K, V], pred func(K, V) bool) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, v := range all {
			if pred(k, v) && !yield(k, v) {
				return
			}
		}
	}
}

// countMatch counts what a traversal finds; a traversal that was refused or
// cut short is an error.
func countMatch[K, V any](ctx context.Context, t Table, all iter.Seq2[K, V], pred func(K, V) bool) (n int, err error) {
	for range match(all, pred) {
		n++
	}
	return n, t.Err(ctx)
}

// deleteMatch has each entry of a traversal deleted by a function that decides
// whether it is to be.
func deleteMatch[K, C any](ctx context.Context, t interface {
	Table
	writeErr(context.Context) error
}, all iter.Seq2[K, C], remove func(K, C) (bool, error)) (n int, err error) {
	if err := t.writeErr(ctx); err != nil {
		return 0, err
	}
	for k, c := range all {
		deleted, err := remove(k, c)
		if err != nil {
			return n, err
		}
		if deleted {
			n++
		}
	}
	return n, t.Err(ctx)
}
