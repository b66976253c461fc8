//go:build soak

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/checkout"
	"github.com/otplint/otplint/examples/shop/feed"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/views"
)

const (
	attempt = 3 * time.Second       // of one request
	think   = 4 * time.Millisecond  // between two requests of one client
	again   = 20 * time.Millisecond // until the next attempt
)

var skus = []string{"apple", "banana", "cherry", "fig"}

// client is one way to reach the shop.
type client interface {
	set(ctx context.Context, cart string, line stock.Line) ([]stock.Line, error)
	order(ctx context.Context, id, cart string) (orders.Order, error)
	name() string
}

// direct calls the client functions.
type direct struct{ s *soak }

func (direct) name() string { return "direct" }

func (c direct) set(ctx context.Context, cart string, line stock.Line) ([]stock.Line, error) {
	return carts.Set(ctx, c.s.shop.api.Carts, cart, line)
}

func (c direct) order(ctx context.Context, id, cart string) (orders.Order, error) {
	return checkout.Checkout(ctx, c.s.shop.api.Shop, id, cart)
}

// overHTTP goes through the API.
type overHTTP struct{ s *soak }

func (overHTTP) name() string { return "http" }

func (c overHTTP) set(_ context.Context, cart string, line stock.Line) (lines []stock.Line, err error) {
	return lines, c.do("PUT", "/carts/"+cart+"/"+line.SKU, qty(line.Qty), &lines)
}

func (c overHTTP) order(_ context.Context, id, cart string) (o orders.Order, err error) {
	return o, c.do("POST", "/orders", map[string]string{"cart": cart, "id": id}, &o)
}

func (c overHTTP) do(method, path string, in, out any) error {
	status, answer, err := request("http://"+c.s.cfg.addr, method, path, in)
	switch {
	case err != nil: // nobody listens, or the connection broke
		return err
	case status == http.StatusConflict: // the cart is empty, or the shelf
		return fmt.Errorf("%w: %s", checkout.ErrEmpty, answer)
	case status == http.StatusServiceUnavailable:
		return errors.New(answer)
	case status != http.StatusOK:
		c.s.failf("%s %s: %d %s", method, path, status, answer)
		return errors.New(answer)
	}
	return json.Unmarshal([]byte(answer), out)
}

// try makes attempts until one succeeds or is refused for good, and reports whether it succeeded.
func (s *soak) try(kind string, refusals []error, f func(ctx context.Context) error) bool {
	for begin := time.Now(); ; time.Sleep(again) {
		ctx, cancel := context.WithTimeout(s.ctx, attempt)
		start := time.Now()
		err := f(ctx)
		cancel()
		if err == nil {
			s.requests.add(kind)
			s.latency.add(time.Since(start))
			return true
		}
		for _, refusal := range refusals {
			if errors.Is(err, refusal) {
				s.requests.add(kind + " refused")
				return false
			}
		}
		s.requests.add(kind + " again")
		if time.Since(begin) > rebound {
			s.failf("%s: no answer within %v: %v", kind, rebound, err)
			return false
		}
	}
}

// buyer fills carts and orders what is in them.
func (s *soak) buyer(ctx context.Context, c client) {
	rng := s.rng()
	me := s.client.Add(1)
	for n := 0; ctx.Err() == nil; n++ {
		s.buy(rng, c, fmt.Sprintf("c%d-%d", me, n))
		time.Sleep(think)
	}
}

func (s *soak) buy(rng *rand.Rand, c client, id string) {
	for range 1 + rng.IntN(3) {
		line := stock.Line{SKU: skus[rng.IntN(len(skus))], Qty: 1 + rng.IntN(carts.MaxQty/20)}
		ok := s.try(c.name()+" cart", nil, func(ctx context.Context) error {
			lines, err := c.set(ctx, id, line)
			if err == nil && !slices.Contains(lines, line) {
				s.failf("cart %s: the answer to %v is %v", id, line, lines)
			}
			return err
		})
		if !ok {
			return
		}
		time.Sleep(think)
	}
	if rng.IntN(10) == 0 {
		return // the customer goes away
	}
	var order orders.Order
	if s.try(c.name()+" order", []error{checkout.ErrEmpty, stock.ErrShort, orders.ErrBusy}, func(ctx context.Context) (err error) {
		order, err = c.order(ctx, id, id)
		return err
	}) {
		if order.ID != id || order.Cart != id || len(order.Lines) == 0 {
			s.failf("the answer to order %s is %v", id, order)
		}
		s.ledger.acknowledge(order)
	}
}

// supplier delivers what is sold.
func (s *soak) supplier(ctx context.Context) {
	rng := s.rng()
	for n := 0; ctx.Err() == nil; n++ {
		line := stock.Line{SKU: skus[rng.IntN(len(skus))], Qty: 1 + rng.IntN(40)}
		id := fmt.Sprintf("d%d-%d", s.client.Load(), n)
		if s.try("delivery", nil, func(ctx context.Context) error {
			_, err := stock.Add(ctx, s.shop.api.Stock, id, line)
			return err
		}) {
			s.ledger.deliver(line)
		} else {
			return // nobody knows any more what was delivered; the test has failed
		}
		time.Sleep(5 * think)
	}
}

// reader looks at everything.
func (s *soak) reader(ctx context.Context) {
	rng := s.rng()
	api := s.shop.api
	for ; ctx.Err() == nil; time.Sleep(think) {
		sku := skus[rng.IntN(len(skus))]
		s.try("level", nil, func(ctx context.Context) error {
			n, err := stock.Level(ctx, api.Stock, sku)
			if err == nil && n < 0 || errors.Is(err, stock.ErrUnknown) {
				s.failf("level of %s: %d, %v", sku, n, err)
			}
			views.See(ctx, api.Views, sku)
			return err
		})
		if rng.IntN(10) != 0 {
			continue
		}
		s.try("views", nil, func(ctx context.Context) error {
			_, err := views.Totals(ctx, api.Views)
			return err
		})
		s.try("events", nil, func(ctx context.Context) error {
			entries, err := feed.Recent(ctx, api.Feed)
			if len(entries) > feed.Length {
				s.failf("the feed has %d entries", len(entries))
			}
			return err
		})
	}
}
