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
type CounterOption[N Integer] struct {
	first, threshold, reset N
	hasFirst, hasThreshold  bool
}

// Default is the value that a counter begins with, before the first update.
// Without it there must be the key.
func Default[N Integer](n N) CounterOption[N] {
	return CounterOption[N]{first: n, hasFirst: true}
}

// Threshold has a counter that would go beyond the threshold start over with
// reset: above it when counting up, below it when counting down.
func Threshold[N Integer](threshold, reset N) CounterOption[N] {
	return CounterOption[N]{threshold: threshold, reset: reset, hasThreshold: true}
}

// and is both options; the later one counts.
func (o CounterOption[N]) and(p CounterOption[N]) CounterOption[N] {
	if p.hasFirst {
		o.first, o.hasFirst = p.first, true
	}
	if p.hasThreshold {
		o.threshold, o.reset, o.hasThreshold = p.threshold, p.reset, true
	}
	return o
}

// UpdateCounter adds by to the counter of a key, atomically, and returns what
// it is then. It fails with ErrNotFound if there is no such key and no
// [Default]. Numbers wrap around as Go's do, so that the largest of an
// unsigned type counts one down. (OTP: ets:update_counter/3,4.)
func UpdateCounter[K any, N Integer](ctx context.Context, t Counters[K, N], k K, by N, opts ...CounterOption[N]) (N, error) {
	var all CounterOption[N]
	for _, o := range opts {
		all = all.and(o)
	}
	final := all // captured by value
	return t.compute(ctx, k, func(n N, exists bool) (N, error) {
		if !exists {
			if !final.hasFirst {
				return 0, ErrNotFound
			}
			n = final.first
		}
		return final.add(n, by), nil
	})
}

func (o CounterOption[N]) add(n, by N) N {
	sum := n + by
	if o.hasThreshold && (by >= 0 && sum > o.threshold || by < 0 && sum < o.threshold) {
		return o.reset
	}
	return sum
}
