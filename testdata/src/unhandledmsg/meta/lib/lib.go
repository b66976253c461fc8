// Package lib sends for others.
package lib

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

func Do[S, R any](ctx context.Context, to genserver.To[S], req genserver.Request[S, R]) (R, error) {
	return genserver.Call(ctx, to, req)
}

func Tell[S any, M genserver.Message[S]](ctx context.Context, to genserver.To[S], m M) {
	genserver.Cast(ctx, to, m)
}

func Every(c *genserver.Context, msg any) { c.SendEvery(time.Second, msg) }
