// Package getorstart finds the store of a user, or starts it.
package getorstart

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/registry"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Of(ctx context.Context, r *registry.Registry[string, int], sup dynsupervisor.Ref, user string) (http.Handler, error) {
	items, err := registry.GetOrStart(ctx, r, user, 0, sup, store.Child("items"))
	return web.API{Items: items}.Handler(), err
}

// Known finds it.
func Known(r *registry.Registry[string, int], user string) http.Handler {
	return web.API{Items: registry.Via[*store.Store](r, user)}.Handler()
}
