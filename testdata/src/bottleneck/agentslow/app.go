// Package agentslow has an agent whose function waits for the network while others wait for the agent.
package agentslow

import (
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/rates"
)

type api struct{ rates rates.Ref }

func (a api) one(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, rates.Set(r.Context(), a.rates, "EUR", 1))
}

func (a api) two(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, rates.Set(r.Context(), a.rates, "USD", 2))
}

func (a api) three(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, rates.Set(r.Context(), a.rates, "GBP", 3))
}

func (a api) refresh(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, rates.Refresh(r.Context(), a.rates, "http://rates.example"))
}

// Tree has one agent of rates.
func Tree() supervisor.Child[supervisor.Ref] {
	r := rates.Child("rates") // want `wait for each other at the one agent "rates"; Refresh waits for time.Sleep, and all others behind it: .* a process per key \(dynsupervisor\), or partitions \(partition.New\)$`
	a := api{r.Ref()}
	http.HandleFunc("/one", a.one)
	http.HandleFunc("/two", a.two)
	http.HandleFunc("/three", a.three)
	http.HandleFunc("/refresh", a.refresh)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{r})
}
