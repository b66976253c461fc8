package ets

import "context"

// Integer is what can be counted with.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// Counters is a table of counters: a *Set[K, N] or an *OrderedSet[K, N].
type Counters[K any, N Integer] interface {
	Table
	count(ctx context.Context, k K, c counting[N], f func(c counting[N], n N, exists bool) (N, error)) (N, error)
}

// counting is what a counter is to do. The table gets it beside the function
// that does it, which so has next to nothing to keep for each call.
type counting[V any] struct {
	by, first, threshold, reset V
	hasFirst, hasThreshold      bool
}

// CounterOption is an option of UpdateCounter.
type CounterOption[N Integer] struct{ counting[N] }

// Default is the value that a counter begins with, before the first update.
// Without it there must be the key.
func Default[N Integer](n N) CounterOption[N] {
	return CounterOption[N]{counting[N]{first: n, hasFirst: true}}
}

// Threshold has a counter that would go beyond the threshold start over with
// reset: above it when counting up, below it when counting down.
func Threshold[N Integer](threshold, reset N) CounterOption[N] {
	return CounterOption[N]{counting[N]{threshold: threshold, reset: reset, hasThreshold: true}}
}

// UpdateCounter adds by to the counter of a key, atomically, and returns what
// it is then. It fails with ErrNotFound if there is no such key and no
// [Default]. Numbers wrap around as Go's do, so that the largest of an
// unsigned type counts one down. (OTP: ets:update_counter/3,4.)
func UpdateCounter[K any, N Integer](ctx context.Context, t Counters[K, N], k K, by N, opts ...CounterOption[N]) (N, error) {
	c := counting[N]{by: by}
	for _, o := range opts { // the later one counts
		if o.hasFirst {
			c.first, c.hasFirst = o.first, true
		}
		if o.hasThreshold {
			c.threshold, c.reset, c.hasThreshold = o.threshold, o.reset, true
		}
	}
	return t.count(ctx, k, c, func(c counting[N], n N, exists bool) (N, error) {
		if !exists {
			if !c.hasFirst {
				return 0, ErrNotFound
			}
			n = c.first
		}
		sum := n + c.by
		if c.hasThreshold && (c.by >= 0 && sum > c.threshold || c.by < 0 && sum < c.threshold) {
			return c.reset, nil
		}
		return sum, nil
	})
}
