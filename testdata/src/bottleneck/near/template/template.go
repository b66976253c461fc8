// Package template declares a tree under the name that it is given: it may be built again under another.
package template

import (
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Tree(tenant string) (supervisor.Spec, http.Handler) {
	items := store.Child("items")
	return supervisor.Supervisor(tenant, supervisor.OneForOne, []supervisor.Spec{items}), web.API{Items: items.Ref()}.Handler()
}
