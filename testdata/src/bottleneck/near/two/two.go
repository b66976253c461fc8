// Package two has a store for each of two things.
package two

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Run(ctx context.Context) error {
	items, users := store.Child("items"), store.Child("users")
	http.Handle("/items/", web.API{Items: items.Ref()}.Handler())
	http.Handle("/users/", web.API{Items: users.Ref()}.Handler())
	return supervisor.Run(ctx, supervisor.Supervisor("two", supervisor.OneForOne, []supervisor.Spec{items, users}))
}
