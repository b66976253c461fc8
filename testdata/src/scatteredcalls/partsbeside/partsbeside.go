// Package partsbeside stands beside parts, not below.
package partsbeside

import (
	"context"

	"otplint.test/scatteredcalls/parts"

	"github.com/otplint/otplint/runtime/genserver"
)

func Level(ctx context.Context, p parts.Ref) (int, error) {
	return genserver.Call(ctx, p, parts.Get{}) // want `raw genserver.Call of parts.Get`
}
