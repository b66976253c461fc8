// Package ratesapp asks one agent from three handlers, which only read.
package ratesapp

import (
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
)

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

// Tree has one agent of rates.
func Tree() supervisor.Child[supervisor.Ref] {
	r := rates.Child("rates") // want `3 HTTP handlers \(api.price, api.refund, api.list\), through 2 call sites, wait for each other at the one agent "rates"; Get and All only read its state: publish a copy or a table \(ets.Child\) that callers read themselves$`
	a := api{r.Ref()}
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/refund", a.refund)
	http.HandleFunc("/list", a.list)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{r})
}
