// Package constructor starts a store in a constructor: only its importers know how often.
package constructor

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func New(ctx context.Context) (http.Handler, error) {
	items, err := genserver.Start(ctx, store.New)
	return web.API{Items: items}.Handler(), err
}
