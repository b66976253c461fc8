// Package resource shows, lists and changes one resource, each in its own handler.
package resource

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

type api struct{ items store.Ref }

func (a api) show(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.items, r.PathValue("key"))
	fmt.Fprintln(w, n, err)
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	all, err := store.List(r.Context(), a.items)
	fmt.Fprintln(w, all, err)
}

func (a api) put(w http.ResponseWriter, r *http.Request) {
	n, err := store.Put(r.Context(), a.items, r.PathValue("key"), 1)
	fmt.Fprintln(w, n, err)
}

func Run(ctx context.Context) error {
	items := store.Child("items")
	a := api{items.Ref()}
	http.HandleFunc("GET /items/{key}", a.show)
	http.HandleFunc("GET /items", a.list)
	http.HandleFunc("PUT /items/{key}", a.put)
	return supervisor.Run(ctx, supervisor.Supervisor("resource", supervisor.OneForOne, []supervisor.Spec{items}))
}
