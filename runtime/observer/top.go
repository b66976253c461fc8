package observer

import "slices"

// top keeps the first n of many, in an order, without keeping the others.
type top[T any] struct {
	n     int
	order func(a, b T) int
	list  []T // at most 2n
}

func (t *top[T]) add(v T) {
	if len(t.list) == 2*t.n {
		t.cut()
	}
	t.list = append(t.list, v)
}

func (t *top[T]) cut() {
	slices.SortFunc(t.list, t.order)
	t.list = t.list[:min(t.n, len(t.list))]
}

// take gives what was kept, in order; it is not nil.
func (t *top[T]) take() []T {
	t.cut()
	return slices.Concat([]T{}, t.list)
}
