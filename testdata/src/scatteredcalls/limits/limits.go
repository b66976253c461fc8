// Package limits reads an agent of which two packages make some: whose it is nobody knows.
package limits

import (
	"context"

	"github.com/otplint/otplint/runtime/agent"
	"otplint.test/scatteredcalls/levels"
	"otplint.test/scatteredcalls/levelsuser"
)

var Ref = levelsuser.Limits("limits").Ref

func most(ctx context.Context, l agent.Ref[levels.Limits]) (int, error) {
	return agent.Get(ctx, l, func(l levels.Limits) int { return l.Most })
}
