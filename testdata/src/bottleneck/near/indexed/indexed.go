// Package indexed fills a list by index, as a partition does.
package indexed

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Run(ctx context.Context, ids []string) error {
	specs := make([]supervisor.Spec, len(ids))
	for i, id := range ids {
		items := store.Child("items")
		specs[i] = items.ID(id)
		http.Handle("/"+id, web.API{Items: items.Ref()}.Handler())
	}
	return supervisor.Run(ctx, supervisor.Supervisor("indexed", supervisor.OneForOne, specs))
}
