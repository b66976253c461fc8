// Package web asks the store from three handlers: a method, a closure, and what a function returns.
package web

import (
	"context"
	"fmt"
	"net/http"

	"otplint.test/bottleneck/store"
)

type API struct{ Items store.Ref }

func (a API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{key}", a.show)
	mux.HandleFunc("GET /sum", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, a.sum(r.Context()))
	})
	mux.Handle("GET /first", first(a.Items))
	return mux
}

func (a API) show(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.Items, r.PathValue("key"))
	fmt.Fprintln(w, n, err)
}

func (a API) sum(ctx context.Context) (sum int) {
	all, _ := store.List(ctx, a.Items)
	for _, n := range all {
		sum += n
	}
	return sum
}

func first(items store.Ref) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := store.Get(r.Context(), items, "first")
		fmt.Fprintln(w, n, err)
	}
}
