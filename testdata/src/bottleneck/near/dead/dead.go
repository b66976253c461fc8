// Package dead has a tree that only its test builds.
package dead

import (
	"context"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func tree(ctx context.Context) (web.API, error) {
	items := store.Child("items")
	_, err := supervisor.Start(ctx, supervisor.Supervisor("dead", supervisor.OneForOne, []supervisor.Spec{items}))
	return web.API{Items: items.Ref()}, err
}
