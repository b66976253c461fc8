// Package slow has callers that wait behind a message that waits for the network.
package slow

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/gate"
)

type api struct{ gate gate.Ref }

func (a api) one(w http.ResponseWriter, r *http.Request)   { fmt.Fprintln(w, a.hit(r)) }
func (a api) two(w http.ResponseWriter, r *http.Request)   { fmt.Fprintln(w, a.hit(r)) }
func (a api) three(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, a.hit(r)) }

func (a api) hit(r *http.Request) int {
	n, _ := gate.Hit(r.Context(), a.gate)
	return n
}

func (a api) fetch(w http.ResponseWriter, r *http.Request) {
	n, err := gate.Fetch(r.Context(), a.gate, r.FormValue("url"))
	fmt.Fprintln(w, n, err)
}

func Run(ctx context.Context) error {
	g := gate.Child("gate") // want `4 HTTP handlers \(api.one, api.two, api.three, api.fetch\), through 2 call sites, wait for each other at the one gate.Gate; fetch waits for http.Get, and all others behind it: .*; what has to be serial for one key only`
	a := api{g.Ref()}
	http.HandleFunc("/1", a.one)
	http.HandleFunc("/2", a.two)
	http.HandleFunc("/3", a.three)
	http.HandleFunc("/fetch", a.fetch)
	return supervisor.Run(ctx, supervisor.Supervisor("slow", supervisor.OneForOne, []supervisor.Spec{g}))
}
