// Command start starts one store without a tree, and runs once.
package main

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func main() {
	if err := run(context.Background()); err != nil {
		panic(err)
	}
}

func run(ctx context.Context) error {
	items, err := genserver.Start(ctx, store.New) // want `3 HTTP handlers .* wait for each other at the one store.Store`
	if err != nil {
		return err
	}
	return http.ListenAndServe(":8080", web.API{Items: items}.Handler())
}
