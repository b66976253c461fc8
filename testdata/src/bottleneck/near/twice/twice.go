// Package twice builds the same tree for two tenants.
package twice

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Run(ctx context.Context) error {
	if err := start(ctx, "/a/"); err != nil {
		return err
	}
	return start(ctx, "/b/")
}

func start(ctx context.Context, path string) error {
	items := store.Child("items")
	http.Handle(path, web.API{Items: items.Ref()}.Handler())
	_, err := supervisor.Start(ctx, supervisor.Supervisor("tenant", supervisor.OneForOne, []supervisor.Spec{items}))
	return err
}
