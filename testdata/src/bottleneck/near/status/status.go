// Package status asks a server that serialises on purpose how it is, which is not what it spends its time on.
package status

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Tickets numbers tickets, and tells how many there are: what waits are the writes.
type Tickets struct{ last int }

type (
	issue struct {
		genserver.CallTo[*Tickets, int]
	}
	issued struct {
		genserver.CallTo[*Tickets, int]
	}
)

func (t *Tickets) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (t *Tickets) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case issue:
		t.last++
		return req.Reply(from, t.last)
	case issued:
		return req.Reply(from, t.last)
	}
	return c.Unhandled(req)
}

type desk struct {
	tickets genserver.Ref[*Tickets]
}

func (d desk) buy(w http.ResponseWriter, r *http.Request) {
	n, err := genserver.Call(r.Context(), d.tickets, issue{})
	fmt.Fprintln(w, n, err)
}

func (d desk) renew(w http.ResponseWriter, r *http.Request) {
	n, err := genserver.Call(r.Context(), d.tickets, issue{})
	fmt.Fprintln(w, n, err)
}

func (d desk) health(w http.ResponseWriter, r *http.Request) {
	n, err := genserver.Call(r.Context(), d.tickets, issued{})
	fmt.Fprintln(w, n, err)
}

func (d desk) metrics(w http.ResponseWriter, r *http.Request) {
	n, err := genserver.Call(r.Context(), d.tickets, issued{})
	fmt.Fprintln(w, n, err)
}

func Sell(ctx context.Context) error {
	tickets := supervisor.Server("tickets", func() *Tickets { return &Tickets{} })
	d := desk{tickets.Ref()}
	http.HandleFunc("/buy", d.buy)
	http.HandleFunc("/renew", d.renew)
	http.HandleFunc("/health", d.health)
	http.HandleFunc("/metrics", d.metrics)
	return supervisor.Run(ctx, supervisor.Supervisor("desk", supervisor.OneForOne, []supervisor.Spec{tickets}))
}
