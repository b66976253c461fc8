// Package low is imported directly by mid only.
package low

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Low struct{ n int }

func (l *Low) Init(c *genserver.Context) genserver.Result { return c.OK() }

type Ping struct{ genserver.CallTo[*Low, int] }

func Do(ctx context.Context, r genserver.Ref[*Low]) (int, error) {
	return genserver.Call(ctx, r, Ping{})
}
