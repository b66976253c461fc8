// Package carts holds what customers have put aside. A cart belongs to one customer, so carts are spread over a fixed
// number of servers, by id: no request waits for a stranger's. They live in memory only and expire; what a crash
// costs is a half-full cart, of one server in n.
package carts

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	// MaxLines is the number of different items in one cart.
	MaxLines = 100
	// MaxQty is the number of pieces of one item in one cart.
	MaxQty = 99
	// maxCarts bounds the memory of one server, whatever the traffic.
	maxCarts = 50_000
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
	seed    maphash.Seed
	servers []genserver.Ref[*server]
}

func (cs Carts) serverOf(cart string) genserver.Ref[*server] {
	return cs.servers[maphash.String(cs.seed, cart)%uint64(len(cs.servers))]
}

// Child is n servers of carts under a supervisor of their own. A cart that nobody touches for ttl is forgotten.
func Child(id string, n int, ttl time.Duration) supervisor.Child[Carts] {
	specs := make([]supervisor.Spec, n)
	carts := Carts{seed: maphash.MakeSeed(), servers: make([]genserver.Ref[*server], n)}
	for i := range n {
		name := fmt.Sprintf("%s-%d", id, i)
		child := supervisor.Server(name, func() *server {
			return &server{id: name, ttl: ttl, carts: make(map[string]*cart)}
		})
		specs[i], carts.servers[i] = child, child.Ref()
	}
	// A bad request that kills one server is retried by its client: allow for each.
	tree := supervisor.Supervisor(id, supervisor.OneForOne, specs, supervisor.Intensity(3*n, 10*time.Second))
	return supervisor.Map(tree, func(supervisor.Ref) Carts { return carts })
}

// Get returns the lines of a cart, by SKU. A cart that is not there is empty.
func Get(ctx context.Context, cs Carts, cart string) ([]stock.Line, error) {
	return genserver.Call(ctx, cs.serverOf(cart), get{cart: cart})
}

// Set makes the cart hold qty pieces of an item, 0 to remove it, and returns its lines.
// It fails with ErrQty, ErrLines or ErrBusy.
func Set(ctx context.Context, cs Carts, cart string, line stock.Line) ([]stock.Line, error) {
	return genserver.Call(ctx, cs.serverOf(cart), set{cart: cart, line: line})
}

// Take empties the cart and returns what was in it: two checkouts of one cart never get the same lines.
func Take(ctx context.Context, cs Carts, cart string) ([]stock.Line, error) {
	return genserver.Call(ctx, cs.serverOf(cart), take{cart: cart})
}

// Restore puts lines that were taken back, beside what has come in since. It is best effort.
func Restore(ctx context.Context, cs Carts, cart string, lines []stock.Line) {
	genserver.Cast(ctx, cs.serverOf(cart), restore{cart: cart, lines: lines})
}
