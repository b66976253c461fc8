package ets

import (
	"context"
	"fmt"
	"reflect"

	"github.com/otplint/otplint/runtime/supervisor"
)

// Child is a child of a supervisor that owns a table and does nothing else,
// so that the table outlives the servers beside it: when one of them crashes,
// its next incarnation finds what the last one has written. make makes the
// table, and may fill it, as part of the child's start; siblings that stand
// after the child find it there. The table should be Public: a Protected one
// is what make has put into it, and nobody could use a Private one, which
// fails the start.
//
// Siblings get the table from the child's reference for each use, since after
// a restart of the child it is another one:
//
//	table, err := stock.Ref().Get()
func Child[T Table](id string, make func(ctx context.Context) (T, error)) supervisor.Child[supervisor.Resource[T]] {
	if make == nil {
		return supervisor.Opened[T](id, nil, nil)
	}
	open := func(ctx context.Context) (T, error) {
		t, err := make(ctx)
		if err != nil {
			return t, err
		}
		if reflect.ValueOf(t).IsNil() {
			return t, fmt.Errorf("ets: the function of the child %q made no table, but nil", id)
		}
		if i, ok := t.Info(); ok && i.Access == Private {
			var none T
			return none, fmt.Errorf("ets: the child %q owns a private table, which nobody can use: make it with ets.WithAccess(ets.Public)", id)
		}
		return t, nil
	}
	return supervisor.Opened(id, open, func(ctx context.Context, _ T) error {
		<-ctx.Done() // the table ends with the process
		return nil
	})
}
