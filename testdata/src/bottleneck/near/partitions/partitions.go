// Package partitions follows the check's advice: stores by key, made by a literal, by a function and by a function of
// another package, of servers and of agents.
package partitions

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
	"otplint.test/bottleneck/store"
)

type Items = partition.Partitions[store.Ref]

type api struct {
	items Items
	rates partition.Partitions[rates.Ref]
}

func (a api) show(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), partition.For(a.items, r.PathValue("key")), r.PathValue("key"))
	fmt.Fprintln(w, n, err)
}

func (a api) first(w http.ResponseWriter, r *http.Request) {
	n, err := a.get(r.Context(), "first")
	fmt.Fprintln(w, n, err)
}

func (a api) last(w http.ResponseWriter, r *http.Request) {
	items := partition.For(a.items, "last")
	n, err := store.Get(r.Context(), items, "last")
	fmt.Fprintln(w, n, err)
}

func (a api) price(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), partition.For(a.rates, "EUR"), "EUR")
	fmt.Fprintln(w, n, err)
}

func (a api) refund(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), partition.For(a.rates, "EUR"), "EUR")
	fmt.Fprintln(w, n, err)
}

func (a api) cart(w http.ResponseWriter, r *http.Request) {
	n, err := rates.Get(r.Context(), partition.For(a.rates, "USD"), "USD")
	fmt.Fprintln(w, n, err)
}

func (a api) get(ctx context.Context, key string) (int, error) {
	return store.Get(ctx, partition.For(a.items, key), key)
}

func Tree() supervisor.Child[supervisor.Ref] {
	items := partition.New("items", partition.PerCPU, func(int) supervisor.Child[store.Ref] { return store.Child("items") })
	cents := partition.New("rates", 8, newRates)
	a := api{items.Ref(), cents.Ref()}
	http.HandleFunc("/show", a.show)
	http.HandleFunc("/first", a.first)
	http.HandleFunc("/last", a.last)
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/refund", a.refund)
	http.HandleFunc("/cart", a.cart)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{items, cents})
}

func newRates(int) supervisor.Child[rates.Ref] { return rates.Child("rates") }
