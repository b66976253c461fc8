// Package agentwrites asks one agent from three handlers, whose functions write, one of them unseen.
package agentwrites

import (
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
)

type api struct{ rates rates.Ref }

func (a api) one(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Count(r.Context(), a.rates)
	fmt.Fprintln(w, n, err)
}

func (a api) two(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Count(r.Context(), a.rates)
	fmt.Fprintln(w, n, err)
}

func (a api) three(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, rates.Set(r.Context(), a.rates, "GBP", 3))
}

func Tree() supervisor.Child[supervisor.Ref] {
	r := rates.Child("rates")
	a := api{r.Ref()}
	http.HandleFunc("/one", a.one)
	http.HandleFunc("/two", a.two)
	http.HandleFunc("/three", a.three)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{r})
}
