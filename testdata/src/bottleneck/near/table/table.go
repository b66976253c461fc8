// Package table follows the check's advice: what is read often stands in a table, which nobody waits for.
package table

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Rates = ets.Set[string, int]

type api struct{ rates supervisor.Resource[*Rates] }

func (a api) price(w http.ResponseWriter, r *http.Request)  { a.write(w, r.Context(), "EUR") }
func (a api) refund(w http.ResponseWriter, r *http.Request) { a.write(w, r.Context(), "USD") }
func (a api) cart(w http.ResponseWriter, r *http.Request)   { a.write(w, r.Context(), "GBP") }

func (a api) write(w http.ResponseWriter, ctx context.Context, currency string) {
	table, err := a.rates.Get()
	if err != nil {
		return
	}
	n, err := table.Get(ctx, currency)
	fmt.Fprintln(w, n, err)
	table.CountMatch(ctx, func(_ string, n int) bool { return n > 0 })
}

func Tree() supervisor.Child[supervisor.Ref] {
	rates := ets.Child("rates", func(ctx context.Context) (*Rates, error) {
		return ets.NewSet[string, int](ctx, ets.WithAccess(ets.Public))
	})
	a := api{rates.Ref()}
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/refund", a.refund)
	http.HandleFunc("/cart", a.cart)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{rates})
}
