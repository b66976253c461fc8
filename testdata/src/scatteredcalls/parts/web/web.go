// Package web stands below parts, and has nothing to offer to its clients.
package web

import (
	"net/http"

	"otplint.test/scatteredcalls/parts"

	"github.com/otplint/otplint/runtime/genserver"
)

type api struct{ parts parts.Ref }

func New(p parts.Ref) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", api{p}.show)
	return mux
}

func (a api) show(w http.ResponseWriter, r *http.Request) {
	genserver.Call(r.Context(), a.parts, parts.Get{}) // want `raw genserver.Call of parts.Get`
}
