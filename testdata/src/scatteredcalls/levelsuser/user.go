// Package levelsuser reaches into the agent of another package.
package levelsuser

import (
	"context"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/scatteredcalls/levels"
)

func raw(ctx context.Context, l levels.Ref) (int, error) {
	err := agent.Update(ctx, l, func(l *levels.Levels) *levels.Levels { // want `raw agent.Update outside package levels, which makes the agent of \*levels.Levels: nobody can say what its state may be when functions all over the program change it; give levels a function for it`
		l.ByItem["apples"]++
		return l
	})
	if err != nil {
		return 0, err
	}
	agent.Cast(ctx, l, func(l *levels.Levels) *levels.Levels { return l })             // want `raw agent.Cast outside package levels`
	return agent.Get(ctx, l, func(l *levels.Levels) int { return l.ByItem["apples"] }) // want `raw agent.Get outside package levels, which makes the agent of \*levels.Levels: nobody can say who depends on the form of its state; give levels a function for it`
}

func client(ctx context.Context, l levels.Ref) (int, error) {
	if err := levels.Do(ctx, l, func(l *levels.Levels) { l.ByItem["pears"] = 1 }); err != nil {
		return 0, err
	}
	return levels.Of(ctx, l, "pears")
}

// A number is anybody's.
func number(ctx context.Context, n agent.Ref[int]) error {
	return agent.Update(ctx, n, func(n int) int { return n + 1 })
}

// Limits keeps what another package declares: the agent is this package's.
func Limits(id string) supervisor.Child[agent.Ref[levels.Limits]] {
	return agent.Child(id, func() levels.Limits { return levels.Limits{} })
}

func most(ctx context.Context, l agent.Ref[levels.Limits]) (int, error) {
	return agent.Get(ctx, l, func(l levels.Limits) int { return l.Most })
}

// Looking inside is for tools.
func inspect(ctx context.Context, l levels.Ref) (bool, error) {
	return genserver.Inspect(ctx, l, func(a *agent.Agent[*levels.Levels]) bool { return a != nil })
}
