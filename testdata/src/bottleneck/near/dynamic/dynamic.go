// Package dynamic adds a store to a running supervisor for each tenant.
package dynamic

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Add(ctx context.Context, sup supervisor.Ref, tenant string) (http.Handler, error) {
	items, err := supervisor.StartChild(ctx, sup, store.Child(tenant))
	return web.API{Items: items}.Handler(), err
}
