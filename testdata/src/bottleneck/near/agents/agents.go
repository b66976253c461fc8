// Package agents has two agents of one type: a call may be to either.
package agents

import (
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
)

type api struct{ buy, sell rates.Ref }

func (a api) price(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), a.buy, "EUR")
	fmt.Fprintln(w, n, err)
}

func (a api) refund(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), a.sell, "USD")
	fmt.Fprintln(w, n, err)
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	all, err := rates.All(r.Context(), a.buy)
	fmt.Fprintln(w, all, err)
}

func Tree() supervisor.Child[supervisor.Ref] {
	buy, sell := rates.Child("buy"), rates.Child("sell")
	a := api{buy.Ref(), sell.Ref()}
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/refund", a.refund)
	http.HandleFunc("/list", a.list)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{buy, sell})
}
