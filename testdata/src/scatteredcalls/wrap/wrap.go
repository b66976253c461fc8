// Package wrap is middleware: it knows no server.
package wrap

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

// Retry calls twice if it has to.
func Retry[S, R any](ctx context.Context, to genserver.To[S], m genserver.Request[S, R]) (R, error) {
	r, err := genserver.Call(ctx, to, m)
	if err != nil {
		return genserver.Call(ctx, to, m)
	}
	return r, nil
}
