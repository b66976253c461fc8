// Package scatteredcalls calls another package's server past its client API.
package scatteredcalls

import (
	"fmt"
	"net/http"

	"github.com/otplint/otplint/examples/patterns/testdata/scatteredcalls/box"
	"github.com/otplint/otplint/runtime/genserver"
)

func buy(tickets box.Ref) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		left, err := genserver.Call(r.Context(), tickets, box.Buy{N: 1}) // one of many such places
		fmt.Fprintln(w, left, err)
	}
}

func Routes(mux *http.ServeMux, tickets box.Ref) { mux.HandleFunc("POST /buy", buy(tickets)) }
