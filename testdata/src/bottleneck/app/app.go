// Package app makes the one store that package web asks.
package app

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Run(ctx context.Context, addr string) error {
	items := store.Child("items") // want `3 HTTP handlers \(API.Handler:17, API.show, first:38\), through 2 call sites, wait for each other at the one store.Store; get and list only read its state: publish a copy`
	return supervisor.Run(ctx, supervisor.Supervisor("app", supervisor.OneForOne, []supervisor.Spec{
		items,
		httpchild.Child("http", addr, func() *http.Server {
			return &http.Server{Handler: web.API{Items: items.Ref()}.Handler()}
		}),
	}))
}
