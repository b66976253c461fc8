// Package web is the shop's JSON API, and the pages for those who operate it (Ops).
//
//	GET    /stock                    levels
//	GET    /stock/{sku}              one level
//	POST   /stock/{sku}              {"qty": 5, "id": "d1"}: put pieces on the shelf
//	GET    /carts/{cart}             lines of a cart
//	PUT    /carts/{cart}/{sku}       {"qty": 2}: 0 removes the item
//	POST   /orders                   {"cart": "c1", "id": "o1"}: order what is in the cart
//	GET    /orders                   all orders
//	GET    /orders/{order}           one order
//	GET    /events                   what has happened lately
//	GET    /views                    how often each item was looked at
//
// A delivery and an order have an id, which the client may choose: then it can send the request again when it has got no
// answer, and nothing is done twice.
package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/checkout"
	"github.com/otplint/otplint/examples/shop/feed"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/examples/shop/views"
	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	maxBody   = 64 << 10
	maxPieces = 1_000_000 // of one item, in one delivery
	maxID     = 64

	// patience is how long a request may take. What it has begun may be done all the same: ask again.
	patience = 5 * time.Second
)

// errBad marks what is the client's fault.
var errBad = errors.New("bad request")

// API is what the handlers need.
type API struct {
	checkout.Shop
	Feed  feed.Ref
	Views views.Views
}

// Child serves the API at addr.
func Child(id, addr string, a API) supervisor.Child[httpchild.Ref] {
	return httpchild.Child(id, addr, func() *http.Server {
		return &http.Server{Handler: a.Handler(), ReadHeaderTimeout: 5 * time.Second}
	})
}

// Sign is a child for beside the server: it tells where the API is served, and as the first to stop that it closes.
func Sign(id string, api, ops httpchild.Ref, out io.Writer) supervisor.Child[process.Dest] {
	return supervisor.Func(id, func(ctx context.Context) error {
		apiAddr, err := api.Addr()
		if err != nil {
			return err
		}
		opsAddr, err := ops.Addr()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "serving http://%s, operated at http://%s\n", apiAddr, opsAddr)
		<-ctx.Done()
		slog.Info("stopped", "id", id, "reason", context.Cause(ctx))
		return nil
	})
}

// Handler routes the API.
func (a API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /stock", handle(a.listStock))
	mux.Handle("GET /stock/{sku}", handle(a.getStock))
	mux.Handle("POST /stock/{sku}", handle(a.addStock))
	mux.Handle("GET /carts/{cart}", handle(a.getCart))
	mux.Handle("PUT /carts/{cart}/{sku}", handle(a.setCart))
	mux.Handle("POST /orders", handle(a.placeOrder))
	mux.Handle("GET /orders", handle(a.listOrders))
	mux.Handle("GET /orders/{order}", handle(a.getOrder))
	mux.Handle("GET /events", handle(a.listEvents))
	mux.Handle("GET /views", handle(a.listViews))
	return mux
}

func (a API) listStock(r *http.Request) (any, error) { return stock.List(r.Context(), a.Stock) }

func (a API) getStock(r *http.Request) (any, error) {
	sku := r.PathValue("sku")
	n, err := stock.Level(r.Context(), a.Stock, sku)
	if err != nil {
		return nil, err
	}
	views.See(r.Context(), a.Views, sku)
	return quantity{n}, nil
}

func (a API) addStock(r *http.Request) (any, error) {
	d, err := decode[struct {
		quantity
		ID string
	}](r)
	if err != nil {
		return nil, err
	}
	if d.Qty < 1 || d.Qty > maxPieces {
		return nil, errBad
	}
	id, err := idOr(d.ID)
	if err != nil {
		return nil, err
	}
	n, err := stock.Add(r.Context(), a.Stock, id, stock.Line{SKU: r.PathValue("sku"), Qty: d.Qty})
	return quantity{n}, err
}

func (a API) getCart(r *http.Request) (any, error) {
	return carts.Get(r.Context(), a.Carts, r.PathValue("cart"))
}

func (a API) setCart(r *http.Request) (any, error) {
	q, err := decode[quantity](r)
	if err != nil {
		return nil, err
	}
	line := stock.Line{SKU: r.PathValue("sku"), Qty: q.Qty}
	if _, err := stock.Level(r.Context(), a.Stock, line.SKU); err != nil {
		return nil, err
	}
	return carts.Set(r.Context(), a.Carts, r.PathValue("cart"), line)
}

func (a API) placeOrder(r *http.Request) (any, error) {
	body, err := decode[struct{ Cart, ID string }](r)
	if err != nil {
		return nil, err
	}
	id, err := idOr(body.ID)
	if err != nil {
		return nil, err
	}
	return checkout.Checkout(r.Context(), a.Shop, id, body.Cart)
}

func (a API) listOrders(*http.Request) (any, error) { return orders.List(a.Orders) }

func (a API) getOrder(r *http.Request) (any, error) {
	return orders.Get(a.Orders, r.PathValue("order"))
}

func (a API) listEvents(r *http.Request) (any, error) { return feed.Recent(r.Context(), a.Feed) }

func (a API) listViews(r *http.Request) (any, error) { return views.Totals(r.Context(), a.Views) }

// idOr is the id that the client has chosen, or a new one.
func idOr(id string) (string, error) {
	switch {
	case id == "":
		return rand.Text(), nil
	case len(id) > maxID:
		return "", errBad
	}
	return id, nil
}

type quantity struct {
	Qty int `json:"qty"`
}

func decode[T any](r *http.Request) (v T, err error) {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(&v); err != nil {
		return v, errors.Join(errBad, err)
	}
	return v, nil
}

// handle answers with what h returns, as JSON.
func handle(h func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		body, err := h(r.WithContext(ctx))
		status := statusOf(err)
		if err != nil {
			body = map[string]string{"error": err.Error()}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(body); err != nil {
			slog.Debug("client gone", "path", r.URL.Path, "err", err)
		}
	})
}

func statusOf(err error) int {
	is := func(targets ...error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
	var failed *genserver.CallError
	switch {
	case err == nil:
		return http.StatusOK
	case is(errBad, carts.ErrQty, carts.ErrLines):
		return http.StatusBadRequest
	case is(stock.ErrUnknown, orders.ErrUnknown, errNoChild):
		return http.StatusNotFound
	case is(stock.ErrShort, checkout.ErrEmpty):
		return http.StatusConflict
	case is(carts.ErrBusy, orders.ErrBusy, process.NoProc, store.ErrClosed, store.ErrClaimed, ets.ErrNoTable), errors.As(err, &failed):
		return http.StatusServiceUnavailable // something is being restarted
	case is(context.Canceled, context.DeadlineExceeded):
		return http.StatusServiceUnavailable // it took too long
	}
	return http.StatusInternalServerError
}
