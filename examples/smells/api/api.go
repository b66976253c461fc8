// Package api is the shop's JSON API.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/otplint/otplint/examples/smells/audit"
	"github.com/otplint/otplint/examples/smells/carts"
	"github.com/otplint/otplint/examples/smells/ids"
	"github.com/otplint/otplint/examples/smells/notify"
	"github.com/otplint/otplint/examples/smells/orders"
	"github.com/otplint/otplint/examples/smells/pricing"
	"github.com/otplint/otplint/examples/smells/report"
	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

// Deps are the servers that the API talks to.
type Deps struct {
	Stock  genserver.Ref[*stock.Stock]
	Prices genserver.Ref[*pricing.Prices]
	Orders genserver.Ref[*orders.Orders]
	Audit  genserver.Ref[*audit.Audit]
	Carts  *carts.Carts
	Mailer *notify.Mailer
}

// API handles requests.
type API struct {
	Deps
	ids    genserver.Ref[*ids.Sequence]
	report report.Reporter
}

// New returns an API that numbers orders from 1.
func New(ctx context.Context, d Deps) (*API, error) {
	seq, err := genserver.Start(ctx, ids.New)
	if err != nil {
		return nil, err
	}
	return &API{Deps: d, ids: seq, report: report.Reporter{Stock: d.Stock, Orders: d.Orders}}, nil
}

// Handler routes the API.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stock", a.listStock)
	mux.HandleFunc("GET /stock/{sku}", a.getStock)
	mux.HandleFunc("POST /stock", a.addStock)
	mux.HandleFunc("GET /prices", a.listPrices)
	mux.HandleFunc("GET /carts/{cart}", a.getCart)
	mux.HandleFunc("POST /carts/{cart}", a.addToCart)
	mux.HandleFunc("POST /orders", a.placeOrder)
	mux.HandleFunc("GET /orders", a.history)
	mux.HandleFunc("GET /orders/{order}", a.getOrder)
	mux.HandleFunc("POST /orders/{order}/watch", a.watchOrder)
	mux.HandleFunc("GET /report", a.getReport)
	mux.HandleFunc("GET /healthz", a.health)
	mux.HandleFunc("GET /debug/audit", a.getAudit)
	return mux
}

func (a *API) listStock(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	levels, err := genserver.Call(r.Context(), a.Stock, stock.List{})
	answer(w, levels, err)
}

func (a *API) getStock(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	sku := r.PathValue("sku")
	n, err := genserver.Call(r.Context(), a.Stock, stock.Get{SKU: sku})
	if err != nil {
		answer(w, nil, err)
		return
	}
	cents, err := pricing.Price(r.Context(), a.Prices, sku)
	answer(w, map[string]int{"qty": n, "price": cents}, err)
}

func (a *API) addStock(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	var lines []stock.Line
	if err := json.NewDecoder(r.Body).Decode(&lines); err != nil {
		answer(w, nil, err)
		return
	}
	var delivery []stock.Restock
	for _, line := range lines {
		delivery = append(delivery, stock.Restock{SKU: line.SKU, Qty: line.Qty})
	}
	stock.Deliver(r.Context(), a.Stock, delivery)
	answer(w, len(delivery), nil)
}

func (a *API) listPrices(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	prices, err := genserver.Call(r.Context(), a.Prices, pricing.List{})
	answer(w, prices, err)
}

func (a *API) getCart(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	lines, err := a.lines(r.Context(), r.PathValue("cart"))
	total := 0
	for _, line := range lines {
		cents, err := genserver.Call(r.Context(), a.Prices, pricing.Get{SKU: line.SKU})
		if err != nil {
			answer(w, nil, err)
			return
		}
		total += line.Qty * cents
	}
	answer(w, map[string]any{"lines": lines, "total": total}, err)
}

func (a *API) addToCart(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	var line stock.Line
	if err := json.NewDecoder(r.Body).Decode(&line); err != nil {
		answer(w, nil, err)
		return
	}
	if _, err := stock.Level(r.Context(), a.Stock, line.SKU); err != nil {
		answer(w, nil, err)
		return
	}
	cart, err := a.Carts.Open(r.Context(), r.PathValue("cart"))
	if err == nil {
		genserver.Cast(r.Context(), cart, carts.Add{Line: line})
	}
	answer(w, line, err)
}

func (a *API) placeOrder(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	var body struct{ Cart string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		answer(w, nil, err)
		return
	}
	lines, err := a.lines(r.Context(), body.Cart)
	if err != nil {
		answer(w, nil, err)
		return
	}
	id, err := ids.Next(r.Context(), a.ids)
	if err != nil {
		answer(w, nil, err)
		return
	}
	order, err := orders.Submit(r.Context(), a.Orders, orders.Place{ID: id, Cart: body.Cart, Lines: lines, Request: r})
	if err == nil {
		if cart, err := a.Carts.Open(r.Context(), body.Cart); err == nil {
			genserver.Cast(r.Context(), cart, carts.Clear{})
		}
		a.Mailer.Send(notify.Mail{To: body.Cart, Text: "thank you for order " + id})
	}
	answer(w, order, err)
}

func (a *API) history(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	events, err := genserver.Call(r.Context(), a.Orders, orders.History{})
	answer(w, events, err)
}

func (a *API) getOrder(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	order, err := genserver.Call(r.Context(), a.Orders, orders.Get{ID: r.PathValue("order")})
	answer(w, order, err)
}

func (a *API) watchOrder(w http.ResponseWriter, r *http.Request) {
	a.record(r)
	order, err := orders.Find(r.Context(), a.Orders, r.PathValue("order"))
	if err == nil {
		go a.watch(order)
	}
	answer(w, order, err)
}

func (a *API) watch(seen orders.Order) {
	for {
		time.Sleep(time.Second)
		order, err := orders.Find(context.Background(), a.Orders, seen.ID)
		if err == nil && order.Status != seen.Status {
			a.Mailer.Send(notify.Mail{To: order.Cart, Text: "news of order " + order.ID})
			seen = order
		}
	}
}

func (a *API) getReport(w http.ResponseWriter, r *http.Request) {
	report, err := a.report.Make(r.Context())
	answer(w, report, err)
}

func (a *API) health(w http.ResponseWriter, r *http.Request) {
	checked := make(chan error, 1)
	go func() { checked <- a.Mailer.Check() }()
	select {
	case err := <-checked:
		answer(w, "ok", err)
	case <-r.Context().Done():
	}
}

func (a *API) getAudit(w http.ResponseWriter, r *http.Request) {
	recent, err := audit.Tail(r.Context(), a.Audit)
	answer(w, recent, err)
}

func (a *API) record(r *http.Request) {
	audit.Record(r.Context(), a.Audit, r.Method, r.URL.Path)
}

func (a *API) lines(ctx context.Context, id string) ([]stock.Line, error) {
	cart, err := a.Carts.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	return genserver.Call(ctx, cart, carts.Lines{})
}

func answer(w http.ResponseWriter, body any, err error) {
	status := http.StatusOK
	switch {
	case errors.Is(err, stock.ErrUnknown), errors.Is(err, pricing.ErrUnknown), errors.Is(err, orders.ErrUnknown):
		status = http.StatusNotFound
	case errors.Is(err, stock.ErrShort), errors.Is(err, orders.ErrEmpty), errors.Is(err, orders.ErrAgain):
		status = http.StatusConflict
	case err != nil:
		status = http.StatusInternalServerError
	}
	if err != nil {
		body = map[string]string{"error": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
