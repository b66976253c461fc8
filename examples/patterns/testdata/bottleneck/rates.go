// Package bottleneck is a server that every request waits for, to read what hardly ever changes.
package bottleneck

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type rates struct{ cents map[string]int }

type get struct {
	genserver.CallTo[*rates, int]
	currency string
}

func Get(ctx context.Context, r genserver.Ref[*rates], currency string) (int, error) {
	return genserver.Call(ctx, r, get{currency: currency})
}

func (s *rates) Init(c *genserver.Context) genserver.Result {
	s.cents = map[string]int{"EUR": 100, "USD": 92}
	return c.OK()
}

func (s *rates) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.cents[req.currency])
	}
	return c.Unhandled(req)
}

func Tree(mux *http.ServeMux) supervisor.Child[supervisor.Ref] {
	server := supervisor.Server("rates", func() *rates { return &rates{} })
	a := api{server.Ref()}
	mux.HandleFunc("/price", a.price)
	mux.HandleFunc("/cart", a.cart)
	mux.HandleFunc("/refund", a.refund)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{server})
}

type api struct{ rates genserver.Ref[*rates] }

func (a api) price(w http.ResponseWriter, r *http.Request)  { a.show(w, r, "EUR") }
func (a api) cart(w http.ResponseWriter, r *http.Request)   { a.show(w, r, "USD") }
func (a api) refund(w http.ResponseWriter, r *http.Request) { a.show(w, r, "EUR") }

func (a api) show(w http.ResponseWriter, r *http.Request, currency string) {
	cents, err := Get(r.Context(), a.rates, currency)
	fmt.Fprintln(w, cents, err)
}
