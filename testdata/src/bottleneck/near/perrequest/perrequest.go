// Package perrequest starts a store, and a tree with one, for each request.
package perrequest

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Upload(w http.ResponseWriter, r *http.Request) {
	h, err := begin(r.Context())
	if err == nil {
		h.ServeHTTP(w, r)
	}
}

func begin(ctx context.Context) (http.Handler, error) {
	items := store.Child("items")
	_, err := supervisor.Start(ctx, supervisor.Supervisor("upload", supervisor.OneForOne, []supervisor.Spec{items}))
	return web.API{Items: items.Ref()}.Handler(), err
}

func Session(w http.ResponseWriter, r *http.Request) {
	items, err := genserver.Start(r.Context(), store.New)
	fmt.Fprintln(w, items, err)
}
