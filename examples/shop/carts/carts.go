// Package carts holds what customers have put aside: a process for each cart, which begins with the first item and
// ends when the cart is taken to the checkout or nobody has touched it for a while. Customers never wait for each
// other, and what a crash costs is one half-full cart, since carts live in memory only.
package carts

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	// MaxLines is the number of different items in one cart.
	MaxLines = 100
	// MaxQty is the number of pieces of one item in one cart.
	MaxQty = 99
	// maxCarts bounds the memory, whatever the traffic.
	maxCarts = 200_000
)

var (
	// ErrQty says that a number of pieces is not between 0 and MaxQty.
	ErrQty = fmt.Errorf("quantity must be between 0 and %d", MaxQty)
	// ErrLines says that a cart has MaxLines items already.
	ErrLines = fmt.Errorf("a cart holds at most %d items", MaxLines)
	// ErrBusy says that there are too many carts; some will expire.
	ErrBusy = errors.New("too many carts")
)

// Carts is how the rest of the shop holds the carts.
type Carts struct {
	byID *registry.Registry[string, struct{}]
	sup  dynsupervisor.Ref
	ttl  time.Duration
}

// Child is the carts and the registry that they are found in. A cart that nobody touches for ttl is forgotten.
func Child(id string, ttl time.Duration) supervisor.Child[Carts] {
	byID := registry.New[string, struct{}](id + "-registry")
	sessions := dynsupervisor.New(id+"-sessions", dynsupervisor.MaxChildren(maxCarts))
	tree := supervisor.Supervisor(id, supervisor.RestForOne, []supervisor.Spec{byID, sessions})
	return supervisor.Map(tree, func(supervisor.Ref) Carts {
		return Carts{byID: byID.Ref(), sup: sessions.Ref(), ttl: ttl}
	})
}

// Count returns how many carts there are.
func Count(cs Carts) int { return cs.byID.Count() }

// All are the processes of the carts, by id, in no order.
func All(cs Carts) iter.Seq2[string, process.PID] {
	return func(yield func(string, process.PID) bool) {
		for e := range cs.byID.All() {
			if !yield(e.Key, e.PID) {
				return
			}
		}
	}
}

// Get returns the lines of a cart, by SKU. A cart that is not there is empty.
func Get(ctx context.Context, cs Carts, id string) ([]stock.Line, error) {
	lines, err := genserver.Call(ctx, cs.find(id), get{})
	if gone(err) {
		return nil, nil
	}
	return lines, err
}

// Set makes the cart hold qty pieces of an item, 0 to remove it, and returns its lines.
// It fails with ErrQty, ErrLines or ErrBusy.
func Set(ctx context.Context, cs Carts, id string, line stock.Line) ([]stock.Line, error) {
	if line.Qty < 0 || line.Qty > MaxQty {
		return nil, ErrQty
	}
	for {
		c, err := cs.open(ctx, id)
		if err != nil {
			return nil, err
		}
		lines, err := genserver.Call(ctx, c, set{line: line})
		if !gone(err) || ctx.Err() != nil {
			return lines, err
		}
	}
}

// Take ends the cart and returns what was in it: two checkouts of one cart never get the same lines.
func Take(ctx context.Context, cs Carts, id string) ([]stock.Line, error) {
	lines, err := genserver.Call(ctx, cs.find(id), take{})
	if gone(err) {
		return nil, nil
	}
	return lines, err
}

// Restore puts lines that were taken back, beside what has come in since. It is best effort.
func Restore(ctx context.Context, cs Carts, id string, lines []stock.Line) {
	c, err := cs.open(ctx, id)
	if err != nil {
		slog.Warn("cart not restored", "cart", id, "err", err)
		return
	}
	genserver.Cast(ctx, c, restore{lines: lines})
}

// find is the cart that there is, if there is one.
func (cs Carts) find(id string) ref { return registry.Via[*cart](cs.byID, id) }

// open is the cart, a new one if need be. It is Temporary: one that was restarted would be empty, and begins when it is
// next wanted anyway.
func (cs Carts) open(ctx context.Context, id string) (ref, error) {
	child := supervisor.Server("cart", func() *cart { return &cart{id: id, ttl: cs.ttl, lines: make(map[string]int)} })
	c, err := registry.GetOrStart(ctx, cs.byID, id, struct{}{}, cs.sup, child.Restart(supervisor.Temporary))
	if errors.Is(err, dynsupervisor.ErrMaxChildren) {
		return c, ErrBusy
	}
	return c, err
}

// gone says that there was no cart, or that it ended before it came to the request: it was taken, or its time was up.
func gone(err error) bool { return errors.Is(err, process.NoProc) || errors.Is(err, process.Normal) }
