// Package startnamed starts a store under a constant name: a second one cannot be started.
package startnamed

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Handler(ctx context.Context) (http.Handler, error) {
	items, err := genserver.Start(ctx, store.New, genserver.WithName("items")) // want `3 HTTP handlers .* wait for each other at the one store.Store`
	if err != nil {
		return nil, err
	}
	return web.API{Items: items}.Handler(), nil
}
