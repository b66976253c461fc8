package ets

import "context"

// Integer is what can be counted with.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// Counters is a table of counters: a *Set[K, N] or an *OrderedSet[K, N].
type Counters[K any, N Integer] interface {
	Table
	compute(ctx context.Context, k K, f func(N, bool) (N, error)) (N, error)
}

// CounterOption is an option of UpdateCounter.
type CounterOption[N Integer] func(*counting[N])

type counting[N Integer] struct {
	first, threshold, reset N
	hasFirst, hasThreshold  bool
}

// Default is the value that a counter begins with, before the first update.
// Without it there must be the key.
func Default[N Integer](n N) CounterOption[N] {
	return func(c *counting[N]) { c.first, c.hasFirst = n, true }
}

// Threshold has a counter that would go beyond the threshold start over with
// reset: above it when counting up, below it when counting down.
func Threshold[N Integer](threshold, reset N) CounterOption[N] {
	return func(c *counting[N]) { c.threshold, c.reset, c.hasThreshold = threshold, reset, true }
}

// UpdateCounter adds by to the counter of a key, atomically, and returns what
// it is then. It fails with ErrNotFound if there is no such key and no
// [Default]. Numbers wrap around as Go's do, so that the largest of an
// unsigned type counts one down. (OTP: ets:update_counter/3,4.)
func UpdateCounter[K any, N Integer](ctx context.Context, t Counters[K, N], k K, by N, opts ...CounterOption[N]) (N, error) {
	var c counting[N]
	for _, opt := range opts {
		opt(&c)
	}
	return t.compute(ctx, k, func(n N, exists bool) (N, error) {
		if !exists {
			if !c.hasFirst {
				return 0, ErrNotFound
			}
			n = c.first
		}
		return c.add(n, by), nil
	})
}

func (c *counting[N]) add(n, by N) N {
	sum := n + by
	if c.hasThreshold && (by >= 0 && sum > c.threshold || by < 0 && sum < c.threshold) {
		return c.reset
	}
	return sum
}
