// Package generic makes agents of any type: there may be more of each.
package generic

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
)

// Keep is a cell.
func Keep[T any](ctx context.Context, v T) (agent.Ref[T], error) {
	return agent.Start(ctx, func() T { return v })
}

type api struct{ rates rates.Ref }

func (a api) price(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), a.rates, "EUR")
	fmt.Fprintln(w, n, err)
}

func (a api) refund(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), a.rates, "USD")
	fmt.Fprintln(w, n, err)
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	all, err := rates.All(r.Context(), a.rates)
	fmt.Fprintln(w, all, err)
}

func Tree() supervisor.Child[supervisor.Ref] {
	r := rates.Child("rates")
	a := api{r.Ref()}
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/refund", a.refund)
	http.HandleFunc("/list", a.list)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{r})
}
