package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/checkout"
	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/feed"
	"github.com/otplint/otplint/examples/shop/jobs"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/examples/shop/views"
	"github.com/otplint/otplint/examples/shop/web"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// config is what a shop is made from.
type config struct {
	addr    string // of the API
	ops     string // address of the probes and the observer
	journal string // path of the database's file
	opening stock.Levels
	cartTTL time.Duration // a cart that nobody touches is forgotten
	ship    time.Duration // between two looks at the queue, if no event wakes the shipper
	ages    jobs.Ages
}

func defaults() config {
	return config{
		addr:    "127.0.0.1:8080",
		ops:     "127.0.0.1:8081",
		opening: stock.Levels{"apple": 100, "banana": 50, "cherry": 1000},
		cartTTL: 30 * time.Minute,
		ship:    time.Minute,
		ages:    jobs.Ages{Every: time.Minute, Hold: 5 * time.Minute, Orders: 24 * time.Hour},
	}
}

// rootName finds the shop's supervisor, from inside.
const rootName process.Name = "shop"

// shop is a tree and how to reach its parts.
type shop struct {
	root supervisor.Child[supervisor.Ref]
	api  web.API
	db   supervisor.Resource[*store.Store]
	bus  events.Bus
	http httpchild.Ref
	ops  httpchild.Ref
}

// newShop declares what starts in which order, and what falls with what. It prints to out where it serves. ctx names the
// node; when it ends the shop is about to stop.
//
// Without the database nothing works, so it is the first of the service, and everything after it is restarted with it.
// The bus stands before those who publish and subscribe. Stock, carts and orders stand alone: they are reached through
// references that survive a restart, and what must not be lost is in the database. HTTP is last, but for the sign at
// the door: it opens when there is something to serve and drains before that goes away.
//
// A disk or a port that is not there may come back, and a bus is back in a moment: what cannot start without is tried
// again with pauses that grow, before its supervisor gives up.
func newShop(ctx context.Context, cfg config, out io.Writer) shop {
	db := supervisor.Opened("db",
		func(context.Context) (*store.Store, error) { return openStore(cfg) },
		func(ctx context.Context, s *store.Store) error {
			defer slog.Info("stopped", "id", "db")
			return s.Serve(ctx)
		}).Shutdown(time.Minute) // for so long the next one waits until this one has let go of the journal
	bus := events.Child("events")
	goods := stock.Child("stock", db.Ref(), bus.Ref())
	sales := orders.Child("orders", db.Ref(), bus.Ref())
	baskets := carts.Child("carts", cfg.cartTTL)
	looks := views.Child("views", partition.PerCPU)
	news := feed.Child("feed", bus.Ref())
	api := web.API{
		Shop:  checkout.Shop{Carts: baskets.Ref(), Stock: goods.Ref(), Orders: sales.Ref()},
		Feed:  news.Ref(),
		Views: looks.Ref(),
	}
	server := web.Child("http", cfg.addr, api)
	ops := web.Ops(ctx, "ops", cfg.ops, genserver.Named[*supervisor.Sup](rootName))
	pauses := supervisor.Backoff(20*time.Millisecond, 5*time.Second)
	service := supervisor.Supervisor("service", supervisor.RestForOne, []supervisor.Spec{
		db,
		bus,
		supervisor.Supervisor("sales", supervisor.OneForOne, []supervisor.Spec{goods, sales, baskets, looks, news}, pauses),
		supervisor.Supervisor("jobs", supervisor.OneForOne, []supervisor.Spec{
			jobs.Shipper("shipper", sales.Ref(), goods.Ref(), bus.Ref(), cfg.ship),
			jobs.Janitor("janitor", sales.Ref(), goods.Ref(), cfg.ages),
		}, pauses),
		server,
		web.Sign("sign", server.Ref(), ops.Ref(), out),
	}, supervisor.Intensity(10, time.Minute), pauses)
	return shop{
		root: supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{ops, service},
			supervisor.Named(rootName), supervisor.Intensity(10, time.Minute), pauses),
		api: api, db: db.Ref(), bus: bus.Ref(), http: server.Ref(), ops: ops.Ref(),
	}
}

func openStore(cfg config) (*store.Store, error) {
	s, err := store.Open(cfg.journal)
	if err != nil {
		return nil, err
	}
	if err := stock.Seed(s, cfg.opening); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}
