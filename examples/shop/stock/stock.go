// Package stock keeps what the shop has to sell. One server owns the levels and decides who gets the last piece;
// whoever only wants to look reads the levels it has published, without asking it.
package stock

import (
	"context"
	"errors"
	"maps"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	// ErrUnknown says that the shop does not sell an item.
	ErrUnknown = errors.New("unknown item")
	// ErrShort says that there are not enough pieces of an item.
	ErrShort = errors.New("out of stock")
)

// A Line is a number of pieces of one item.
type Line struct {
	SKU string `json:"sku"`
	Qty int    `json:"qty"`
}

// Levels are the pieces for sale by SKU. The SKUs are the catalogue: there are only those that Seed has written.
// A value that was published is never changed.
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
	db   supervisor.Resource[*store.Store]
	view *atomic.Pointer[Levels]
}

const (
	levelsBucket = "levels"
	holdsBucket  = "holds"
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
	return db.Write(ops...)
}

// Child is the stock as a child that needs the database to run.
func Child(id string, db supervisor.Resource[*store.Store]) supervisor.Child[Ref] {
	view := new(atomic.Pointer[Levels])
	server := supervisor.Server(id, func() *Server { return &Server{id: id, db: db, view: view} })
	return supervisor.Map(server, func(r genserver.Ref[*Server]) Ref { return Ref{Ref: r, db: db, view: view} })
}

// Level returns the pieces of an item that are for sale. It reads what the server last published, which a reservation
// may overtake: only Reserve decides.
func Level(r Ref, sku string) (int, error) {
	n, ok := published(r)[sku]
	if !ok {
		return 0, ErrUnknown
	}
	return n, nil
}

// List returns all levels, as Level would.
func List(r Ref) Levels { return maps.Clone(published(r)) }

func published(r Ref) Levels {
	if view := r.view.Load(); view != nil {
		return *view
	}
	return nil // the server has not started yet
}

// Holds returns the holds that are neither released nor committed.
func Holds(r Ref) (map[string]Hold, error) {
	db, err := r.db.Get()
	if err != nil {
		return nil, err
	}
	return store.All[Hold](db, holdsBucket)
}

// Reserve holds the pieces of an order, all or none. It fails with ErrUnknown or ErrShort.
func Reserve(ctx context.Context, r Ref, order string, lines []Line) error {
	_, err := genserver.Call(ctx, r, reserve{order: order, lines: lines})
	return err
}

// Release gives the pieces of a hold back. A hold that is not there is no error: whoever doubts may ask again.
func Release(ctx context.Context, r Ref, order string) error {
	_, err := genserver.Call(ctx, r, settle{order: order, giveBack: true})
	return err
}

// Commit ends a hold whose pieces have left the house. A hold that is not there is no error.
func Commit(ctx context.Context, r Ref, order string) error {
	_, err := genserver.Call(ctx, r, settle{order: order})
	return err
}

// Add puts pieces of an item on the shelf and returns the new level. It fails with ErrUnknown.
func Add(ctx context.Context, r Ref, line Line) (int, error) {
	return genserver.Call(ctx, r, add{line: line})
}
