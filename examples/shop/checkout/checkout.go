// Package checkout turns a cart into an order. It is a sequence of calls, run by whoever wants it done: a process of
// its own would only make customers wait for each other.
package checkout

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

// ErrEmpty says that there is nothing in the cart.
var ErrEmpty = errors.New("cart is empty")

// undoTimeout bounds what is done for a customer who may have gone.
const undoTimeout = 2 * time.Second

// Shop is what a checkout needs.
type Shop struct {
	Carts  carts.Carts
	Stock  stock.Ref
	Orders orders.Ref
}

// Checkout places an order for what is in the cart and empties it. It fails with ErrEmpty and as stock.Reserve and
// orders.Place do; then the cart is as it was.
func Checkout(ctx context.Context, s Shop, cart string) (orders.Order, error) {
	lines, err := carts.Take(ctx, s.Carts, cart)
	if err != nil {
		return orders.Order{}, fmt.Errorf("checkout: %w", err)
	}
	if len(lines) == 0 {
		return orders.Order{}, ErrEmpty
	}
	id := rand.Text()
	if err := stock.Reserve(ctx, s.Stock, id, lines); err != nil {
		carts.Restore(ctx, s.Carts, cart, lines)
		return orders.Order{}, fmt.Errorf("checkout: %w", err)
	}
	order, err := orders.Place(ctx, s.Orders, id, cart, lines)
	if err == nil {
		return order, nil
	}
	if failed := (*genserver.CallError)(nil); errors.As(err, &failed) {
		// Nobody knows whether the order was placed, so the hold stays: the janitor gives it back if there is no order.
		return orders.Order{}, fmt.Errorf("checkout: %w", err)
	}
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	if err := stock.Release(undo, s.Stock, id); err != nil {
		slog.Warn("hold left to the janitor", "order", id, "err", err)
	}
	carts.Restore(undo, s.Carts, cart, lines)
	return orders.Order{}, fmt.Errorf("checkout: %w", err)
}
