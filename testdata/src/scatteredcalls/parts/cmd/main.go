// Command cmd is nobody's client API.
package main

import (
	"context"

	"otplint.test/scatteredcalls/parts"

	"github.com/otplint/otplint/runtime/genserver"
)

func main() { Level(context.Background(), genserver.Named[*parts.Parts]("parts")) }

func Level(ctx context.Context, p parts.Ref) {
	genserver.Call(ctx, p, parts.Get{}) // want `raw genserver.Call of parts.Get`
}
