package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/checkout"
	"github.com/otplint/otplint/examples/shop/jobs"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/examples/shop/web"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// config is what a shop is made from.
type config struct {
	addr    string
	journal string // path of the database's file
	opening stock.Levels
	carts   int           // servers of carts
	cartTTL time.Duration // a cart that nobody touches is forgotten
	ship    time.Duration // between two looks at the queue
	ages    jobs.Ages
}

func defaults() config {
	return config{
		addr:    "127.0.0.1:8080",
		opening: stock.Levels{"apple": 100, "banana": 50, "cherry": 1000},
		carts:   4,
		cartTTL: 30 * time.Minute,
		ship:    time.Second,
		ages:    jobs.Ages{Every: time.Minute, Hold: 5 * time.Minute, Orders: 24 * time.Hour},
	}
}

// rootName finds the shop's supervisor, from inside, for the debug handlers.
const rootName process.Name = "shop"

// tree is the shop: what starts in which order, and what falls with what. It prints to out where it serves.
//
// Without the database nothing works, so it is first, and everything after it is restarted with it. Stock, carts and
// orders stand alone: they are reached through references that survive a restart, and what must not be lost is in the
// database. HTTP is last, but for the sign at the door: it opens when there is something to serve and drains before
// that goes away.
func tree(cfg config, out io.Writer) (supervisor.Child[supervisor.Ref], httpchild.Ref) {
	db := supervisor.Opened("db",
		func(context.Context) (*store.Store, error) { return openStore(cfg) },
		func(ctx context.Context, s *store.Store) error {
			defer slog.Info("stopped", "id", "db")
			return s.Serve(ctx)
		})
	goods := stock.Child("stock", db.Ref())
	baskets := carts.Child("carts", cfg.carts, cfg.cartTTL)
	sales := orders.Child("orders", db.Ref())
	server := web.Child("http", cfg.addr, web.API{
		Shop: checkout.Shop{Carts: baskets.Ref(), Stock: goods.Ref(), Orders: sales.Ref()},
		Root: genserver.Named[*supervisor.Sup](rootName),
	})
	root := supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		db,
		supervisor.Supervisor("sales", supervisor.OneForOne, []supervisor.Spec{goods, baskets, sales}),
		supervisor.Supervisor("jobs", supervisor.OneForOne, []supervisor.Spec{
			jobs.Shipper("shipper", sales.Ref(), goods.Ref(), cfg.ship),
			jobs.Janitor("janitor", sales.Ref(), goods.Ref(), cfg.ages),
		}),
		server,
		web.Sign("sign", server.Ref(), out),
	}, supervisor.Named(rootName), supervisor.Intensity(5, 10*time.Second))
	return root, server.Ref()
}

func openStore(cfg config) (*store.Store, error) {
	s, err := store.Open(cfg.journal)
	if err != nil {
		return nil, err
	}
	if err := stock.Seed(s, cfg.opening); err != nil {
		return nil, err
	}
	return s, nil
}
