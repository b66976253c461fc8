// Package child makes a child for whoever lists it.
package child

import (
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

func Items() supervisor.Child[store.Ref] { return store.Child("items") }

func Handler(items store.Ref) http.Handler { return web.API{Items: items}.Handler() }
