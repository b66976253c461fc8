// Package checkout turns a cart into an order. It is a sequence of calls, run by whoever wants it done: a process of
// its own would only make customers wait for each other.
package checkout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
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
//
// id is the order's. Whoever has got no answer, or one that says nothing about the order, asks again with the same id:
// there is one order, however often it is asked for.
func Checkout(ctx context.Context, s Shop, id, cart string) (orders.Order, error) {
	if order, err := orders.Get(s.Orders, id); !errors.Is(err, orders.ErrUnknown) {
		return order, err
	}
	lines, err := begin(ctx, s, id, cart)
	if err != nil {
		return orders.Order{}, fmt.Errorf("checkout: %w", err)
	}
	order, err := orders.Place(ctx, s.Orders, id, cart, lines)
	if errors.Is(err, orders.ErrBusy) {
		undo(ctx, s, id, cart, lines)
	}
	if err != nil {
		// But for ErrBusy nobody knows whether there is an order, so the hold stays: for the next attempt, or for the
		// janitor, who gives it back if there is no order.
		return orders.Order{}, fmt.Errorf("checkout: %w", err)
	}
	return order, nil
}

// begin holds the pieces of the order: those that an earlier attempt holds already, or what is in the cart.
func begin(ctx context.Context, s Shop, id, cart string) ([]stock.Line, error) {
	hold, err := stock.HoldOf(s.Stock, id)
	if err == nil {
		return hold.Lines, stock.Reserve(ctx, s.Stock, id, hold.Lines)
	}
	if !errors.Is(err, stock.ErrNoHold) {
		return nil, err
	}
	lines, err := carts.Take(ctx, s.Carts, cart)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, ErrEmpty
	}
	if err := stock.Reserve(ctx, s.Stock, id, lines); err != nil {
		if _, none := stock.HoldOf(s.Stock, id); errors.Is(none, stock.ErrNoHold) {
			carts.Restore(ctx, s.Carts, cart, lines)
		}
		return nil, err
	}
	return lines, nil
}

// undo gives back what an order would have got, also if the customer has gone.
func undo(ctx context.Context, s Shop, id, cart string, lines []stock.Line) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	if err := stock.Release(ctx, s.Stock, id, time.Now()); err != nil {
		slog.Warn("hold left to the janitor", "order", id, "err", err)
	}
	carts.Restore(ctx, s.Carts, cart, lines)
}
