// Package starts sends an agent functions in a loop, which is one caller, not many; and is asked by two handlers.
package starts

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
	"otplint.test/bottleneck/store"

	"github.com/otplint/otplint/runtime/agent"
)

type api struct {
	rates rates.Ref
	items store.Ref
}

func (a api) price(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.items, "EUR")
	fmt.Fprintln(w, n, err)
}

func (a api) refund(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.items, "USD")
	fmt.Fprintln(w, n, err)
}

// fill asks the store in the agent, again and again, one after the other.
func (a api) fill(ctx context.Context) {
	for range 100 {
		agent.Do(ctx, a.rates, func(ctx context.Context, c rates.Cents) (int, rates.Cents) {
			n, _ := store.Get(ctx, a.items, "fill")
			return n, c
		})
	}
}

func Tree() supervisor.Child[supervisor.Ref] {
	r, items := rates.Child("rates"), store.Child("items")
	a := api{r.Ref(), items.Ref()}
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/refund", a.refund)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{r, items,
		supervisor.Func("fill", func(ctx context.Context) error {
			a.fill(ctx)
			return nil
		})})
}
