// Package levels keeps the levels of a stock in an agent.
package levels

import (
	"context"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Levels of items.
type Levels struct{ ByItem map[string]int }

type Ref = agent.Ref[*Levels]

func Child(id string) supervisor.Child[Ref] {
	return agent.Child(id, func() *Levels { return &Levels{map[string]int{}} })
}

// Count is another agent's state: a number, as many are.
func Count(id string) supervisor.Child[agent.Ref[int]] {
	return agent.Child(id, func() int { return 0 })
}

func Of(ctx context.Context, l Ref, item string) (int, error) {
	return agent.Get(ctx, l, func(l *Levels) int { return l.ByItem[item] })
}

// Do lends the levels to a function.
func Do(ctx context.Context, l Ref, f func(*Levels)) error {
	return agent.Update(ctx, l, func(l *Levels) *Levels {
		f(l)
		return l
	})
}

// Limits are a type that anybody may keep.
type Limits struct{ Most int }
