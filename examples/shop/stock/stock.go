// Package stock keeps what the shop has to sell. One server decides who gets the last piece, and publishes the levels
// in a table, where whoever only wants to look reads them without asking it. The table belongs to a child before the
// server, so that customers can go on looking while the server is restarted.
package stock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	// ErrUnknown says that the shop does not sell an item.
	ErrUnknown = errors.New("unknown item")
	// ErrShort says that there are not enough pieces of an item.
	ErrShort = errors.New("out of stock")
	// ErrNoHold says that nothing is held for an order.
	ErrNoHold = errors.New("no hold")
)

// A Line is a number of pieces of one item.
type Line struct {
	SKU string `json:"sku"`
	Qty int    `json:"qty"`
}

// Levels are the pieces for sale by SKU. The SKUs are the catalogue: there are only those that Seed has written.
type Levels map[string]int

// A Hold keeps the pieces of one order from being sold again until the order is shipped or given up.
type Hold struct {
	Order string    `json:"order"`
	Lines []Line    `json:"lines"`
	Since time.Time `json:"since"`
}

// Ref is how the rest of the shop holds the stock.
type Ref struct {
	genserver.Ref[*Server]
	db    supervisor.Resource[*store.Store]
	table supervisor.Resource[levels]
}

// levels is the table, which only the server writes.
type levels = *ets.Set[string, level]

type level struct {
	n     int
	claim uint64 // of the server that says so, see store.Claim
}

// LowMark is the level below which an item runs out.
const LowMark = 10

const (
	levelsBucket     = "levels"
	holdsBucket      = "holds"
	soldBucket       = "sold"
	deliveriesBucket = "deliveries"
)

// Seed fills an empty store with the levels of the opening day.
func Seed(db *store.Store, opening Levels) error {
	known, err := store.All[int](db, levelsBucket)
	if err != nil || len(known) > 0 {
		return err
	}
	var ops []store.Op
	for sku, n := range opening {
		ops = append(ops, store.Put(levelsBucket, sku, n))
	}
	return db.Claim("stock").Write(ops...)
}

// Child is the stock as a child that needs the database to run: the table, then the server.
func Child(id string, db supervisor.Resource[*store.Store], bus events.Bus) supervisor.Child[Ref] {
	table := ets.Child(id+"-levels", func(ctx context.Context) (levels, error) {
		return open(ctx, id, db)
	})
	server := supervisor.Server(id+"-server", func() *Server {
		return &Server{id: id + "-server", db: db, bus: bus, table: table.Ref()}
	})
	tree := supervisor.Supervisor(id, supervisor.RestForOne, []supervisor.Spec{table, server})
	return supervisor.Map(tree, func(supervisor.Ref) Ref { return Ref{Ref: server.Ref(), db: db, table: table.Ref()} })
}

// open makes the table, with what the database says: nobody looks at an empty shelf until the server has started.
func open(ctx context.Context, id string, from supervisor.Resource[*store.Store]) (levels, error) {
	db, err := from.Get()
	if err != nil {
		return nil, fmt.Errorf("stock: %w", err)
	}
	shelf, err := store.All[int](db, levelsBucket)
	if err != nil {
		return nil, fmt.Errorf("stock: %w", err)
	}
	table, err := ets.NewSet[string, level](ctx, ets.Named(id), ets.WithAccess(ets.Public))
	if err != nil {
		return nil, err
	}
	for sku, n := range shelf {
		if err := table.Put(ctx, sku, level{n: n}); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// Level returns the pieces of an item that are for sale. It reads what the server last published, which a reservation
// may overtake: only Reserve decides.
func Level(ctx context.Context, r Ref, sku string) (int, error) {
	table, err := r.table.Get()
	if err != nil {
		return 0, fmt.Errorf("stock: %w", err)
	}
	l, err := table.Get(ctx, sku)
	if errors.Is(err, ets.ErrNotFound) {
		return 0, fmt.Errorf("%w: %s", ErrUnknown, sku)
	}
	return l.n, err
}

// List returns all levels, as Level would.
func List(ctx context.Context, r Ref) (Levels, error) {
	table, err := r.table.Get()
	if err != nil {
		return nil, fmt.Errorf("stock: %w", err)
	}
	all := make(Levels)
	for sku, l := range table.All(ctx) {
		all[sku] = l.n
	}
	return all, table.Err(ctx)
}

// Books returns what the database says: the pieces on the shelf, held for orders, and sold since the opening.
func Books(r Ref) (shelf, held, sold Levels, err error) {
	db, err := r.db.Get()
	if err != nil {
		return nil, nil, nil, err
	}
	holds, err := store.All[Hold](db, holdsBucket)
	if err != nil {
		return nil, nil, nil, err
	}
	held = make(Levels)
	for _, hold := range holds {
		for _, line := range hold.Lines {
			held[line.SKU] += line.Qty
		}
	}
	if shelf, err = store.All[int](db, levelsBucket); err != nil {
		return nil, nil, nil, err
	}
	sold, err = store.All[int](db, soldBucket)
	return shelf, held, sold, err
}

// HoldOf returns the hold of an order, or ErrNoHold.
func HoldOf(r Ref, order string) (Hold, error) {
	db, err := r.db.Get()
	if err != nil {
		return Hold{}, err
	}
	hold, err := store.Get[Hold](db, holdsBucket, order)
	if errors.Is(err, store.ErrNotFound) {
		return Hold{}, ErrNoHold
	}
	return hold, err
}

// Holds returns the holds that are neither released nor committed.
func Holds(r Ref) (map[string]Hold, error) {
	db, err := r.db.Get()
	if err != nil {
		return nil, err
	}
	return store.All[Hold](db, holdsBucket)
}

// Reserve holds the pieces of an order, all or none. It fails with ErrUnknown or ErrShort. To reserve again only makes
// the hold a young one.
func Reserve(ctx context.Context, r Ref, order string, lines []Line) error {
	_, err := genserver.Call(ctx, r, reserve{order: order, lines: lines})
	return err
}

// Release gives the pieces of a hold that is older than since back. A hold that is not there is no error: whoever doubts
// may ask again.
func Release(ctx context.Context, r Ref, order string, since time.Time) error {
	_, err := genserver.Call(ctx, r, release{order: order, since: since})
	return err
}

// Commit ends a hold whose pieces have left the house. A hold that is not there is no error.
func Commit(ctx context.Context, r Ref, order string) error {
	_, err := genserver.Call(ctx, r, commit{order: order})
	return err
}

// Add puts the pieces of a delivery on the shelf and returns the new level. It fails with ErrUnknown. To add a delivery
// again changes nothing, until Forget.
func Add(ctx context.Context, r Ref, delivery string, line Line) (int, error) {
	return genserver.Call(ctx, r, add{delivery: delivery, line: line})
}

// Forget forgets the deliveries from before t, and returns how many.
func Forget(ctx context.Context, r Ref, t time.Time) (int, error) {
	return genserver.Call(ctx, r, forget{before: t})
}
