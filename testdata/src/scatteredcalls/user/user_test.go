package user

import (
	"context"

	"otplint.test/scatteredcalls/stock"

	"github.com/otplint/otplint/runtime/genserver"
)

func inTest(ctx context.Context, s stock.Ref) { genserver.Cast(ctx, s, stock.Drop{}) }
