// Package orders takes orders and remembers how far they are. The server decides in which order they are shipped;
// looking an order up is a read of the database, which waits for nobody.
package orders

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// MaxPending is how many orders may wait for shipment before the shop takes no more.
const MaxPending = 10_000

const bucket = "orders"

var (
	// ErrUnknown says that there is no such order.
	ErrUnknown = errors.New("unknown order")
	// ErrBusy says that MaxPending orders are waiting.
	ErrBusy = errors.New("too many orders are waiting")
	// ErrNone says that no order is waiting.
	ErrNone = errors.New("no order is waiting")
)

// Status is how far an order is.
type Status string

// An order is placed, then shipped; some time after that it is forgotten.
const (
	Placed  Status = "placed"
	Shipped Status = "shipped"
)

// An Order is what a customer has bought.
type Order struct {
	ID      string       `json:"id"`
	Cart    string       `json:"cart"`
	Lines   []stock.Line `json:"lines"`
	Status  Status       `json:"status"`
	Placed  time.Time    `json:"placed"`
	Shipped time.Time    `json:"shipped,omitzero"`
}

// Ref is how the rest of the shop holds the orders.
type Ref struct {
	genserver.Ref[*Server]
	db supervisor.Resource[*store.Store]
}

// Child is the orders as a child that needs the database to run.
func Child(id string, db supervisor.Resource[*store.Store], bus events.Bus) supervisor.Child[Ref] {
	server := supervisor.Server(id, func() *Server { return &Server{id: id, db: db, bus: bus} })
	return supervisor.Map(server, func(r genserver.Ref[*Server]) Ref { return Ref{Ref: r, db: db} })
}

// Get returns an order, or ErrUnknown.
func Get(r Ref, id string) (Order, error) {
	db, err := r.db.Get()
	if err != nil {
		return Order{}, err
	}
	order, err := store.Get[Order](db, bucket, id)
	if errors.Is(err, store.ErrNotFound) {
		return Order{}, ErrUnknown
	}
	return order, err
}

// List returns the orders that are not forgotten yet, oldest first.
func List(r Ref) ([]Order, error) {
	db, err := r.db.Get()
	if err != nil {
		return nil, err
	}
	return list(db)
}

// Place accepts an order: once it returns without error, the order survives a crash. It fails with ErrBusy. Placing an
// order again changes nothing.
func Place(ctx context.Context, r Ref, id, cart string, lines []stock.Line) (Order, error) {
	return genserver.Call(ctx, r, place{id: id, cart: cart, lines: lines})
}

// Next returns the order that is to be shipped next, or ErrNone. It stays the next one until MarkShipped.
func Next(ctx context.Context, r Ref) (Order, error) {
	return genserver.Call(ctx, r, next{})
}

// MarkShipped records that an order has left the house. It fails with ErrUnknown.
func MarkShipped(ctx context.Context, r Ref, id string) error {
	_, err := genserver.Call(ctx, r, markShipped{id: id})
	return err
}

// Forget deletes the orders shipped before t and returns how many.
func Forget(ctx context.Context, r Ref, t time.Time) (int, error) {
	return genserver.Call(ctx, r, forget{before: t})
}

func list(db *store.Store) ([]Order, error) {
	byID, err := store.All[Order](db, bucket)
	if err != nil {
		return nil, err
	}
	orders := make([]Order, 0, len(byID))
	for _, order := range byID {
		orders = append(orders, order)
	}
	slices.SortFunc(orders, func(a, b Order) int {
		return cmp.Or(a.Placed.Compare(b.Placed), cmp.Compare(a.ID, b.ID))
	})
	return orders, nil
}
