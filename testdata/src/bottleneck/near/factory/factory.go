// Package factory has one store under a fixed id, and more that a template makes: calls may be to any.
package factory

import (
	"net/http"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Tree() (supervisor.Spec, http.Handler) {
	items := store.Child("items")
	more := dynsupervisor.Template("more", func(id string) supervisor.Child[store.Ref] { return store.Child("item") })
	tree := supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{items, more})
	return tree, web.API{Items: items.Ref()}.Handler()
}
