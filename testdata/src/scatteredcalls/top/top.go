// Package top does not import stock.
package top

import (
	"context"

	"otplint.test/scatteredcalls/mid"

	"github.com/otplint/otplint/runtime/genserver"
)

func Levels(ctx context.Context, s mid.Ref) {
	genserver.Call(ctx, s, mid.List{}) // want `raw genserver.Call of stock.List outside package stock, whose client API has no function for it \(it has one for 3 of 5 exported messages\)`
	genserver.Call(ctx, s, mid.Get{})  // want `raw genserver.Call of stock.Get outside package stock: use its client function stock.Level`
}
