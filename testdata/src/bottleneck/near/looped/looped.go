// Package looped makes a store for each shard.
package looped

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Run(ctx context.Context, shards []string) error {
	var specs []supervisor.Spec
	for _, id := range shards {
		items := store.Child(id)
		http.Handle("/"+id, web.API{Items: items.Ref()}.Handler())
		specs = append(specs, items)
	}
	return supervisor.Run(ctx, supervisor.Supervisor("looped", supervisor.OneForOne, specs))
}
