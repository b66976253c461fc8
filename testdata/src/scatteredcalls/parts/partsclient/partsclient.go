// Package partsclient is the client API of parts.
package partsclient

import (
	"context"

	"otplint.test/scatteredcalls/parts"

	"github.com/otplint/otplint/runtime/genserver"
)

type Client struct{ ref parts.Ref }

func (c Client) Level(ctx context.Context) (int, error) {
	return genserver.Call(ctx, c.ref, parts.Get{})
}

func (c Client) Restock(ctx context.Context) { c.add(ctx, parts.Add{}) }

func (c Client) add(ctx context.Context, m parts.Add) { genserver.Cast(ctx, c.ref, m) }

// List passes by what parts has.
func (c Client) List(ctx context.Context) (int, error) {
	return genserver.Call(ctx, c.ref, parts.List{}) // want `use its client function parts.All`
}
