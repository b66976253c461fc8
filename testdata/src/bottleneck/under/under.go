// Package under makes one store and asks it from two handlers: the third is in package top, which does not count.
package under

import (
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

type API struct{ Items store.Ref }

func (a API) One(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.Items, "one")
	fmt.Fprintln(w, n, err)
}

func (a API) Two(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.Items, "two")
	fmt.Fprintln(w, n, err)
}

func Tree() (supervisor.Child[supervisor.Ref], API) {
	items := store.Child("items")
	return supervisor.Supervisor("under", supervisor.OneForOne, []supervisor.Spec{items}), API{items.Ref()}
}
