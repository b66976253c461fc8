// Package late comes after partsclient.
package late

import (
	"context"

	"otplint.test/scatteredcalls/parts"
	"otplint.test/scatteredcalls/parts/partsclient"

	"github.com/otplint/otplint/runtime/genserver"
)

var _ partsclient.Client

func Level(ctx context.Context, p parts.Ref) (int, error) {
	return genserver.Call(ctx, p, parts.Get{}) // want `raw genserver.Call of parts.Get`
}
