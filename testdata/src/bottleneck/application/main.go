// Command application starts the tree with the one store as an application.
package main

import (
	"context"
	"net/http"
	"os"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

var shop = &application.App{
	Name: "shop",
	Start: func(ctx context.Context) (application.Instance, error) {
		return application.Instance{Tree: tree(":8080")}, nil
	},
}

func tree(addr string) supervisor.Child[supervisor.Ref] {
	items := store.Child("items") // want `wait for each other at the one store.Store`
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{
		items,
		httpchild.Child("http", addr, func() *http.Server {
			return &http.Server{Handler: web.API{Items: items.Ref()}.Handler()}
		}),
	})
}

func main() { os.Exit(application.Run(shop)) }
