// Package app puts the shop together.
package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/otplint/otplint/examples/smells/accesslog"
	"github.com/otplint/otplint/examples/smells/api"
	"github.com/otplint/otplint/examples/smells/audit"
	"github.com/otplint/otplint/examples/smells/carts"
	"github.com/otplint/otplint/examples/smells/notify"
	"github.com/otplint/otplint/examples/smells/orders"
	"github.com/otplint/otplint/examples/smells/pricing"
	"github.com/otplint/otplint/examples/smells/report"
	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Config is what a shop is made from.
type Config struct {
	Addr     string
	Supplier string // URL of the price supplier; may be empty
	Log      io.Writer
	Started  func(url string) // called when the shop serves
}

// Run serves until ctx ends.
func Run(ctx context.Context, cfg Config) error {
	access := accesslog.Open(cfg.Log)
	defer access.Close()

	items := supervisor.Server("stock", stock.New)
	prices := supervisor.Server("prices", func() *pricing.Prices { return pricing.New(cfg.Supplier) })
	sales := supervisor.Server("orders", func() *orders.Orders { return orders.New(items.Ref(), prices.Ref()) })
	requests := supervisor.Server("audit", audit.New)

	handlers, err := api.New(ctx, api.Deps{
		Stock: items.Ref(), Prices: prices.Ref(), Orders: sales.Ref(), Audit: requests.Ref(),
		Carts: carts.New(), Mailer: notify.NewMailer(),
	})
	if err != nil {
		return err
	}
	server := httpchild.Child("http", cfg.Addr, func() *http.Server {
		return &http.Server{Handler: access.Wrap(handlers.Handler()), ReadHeaderTimeout: 5 * time.Second}
	})
	root := supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{items, prices, sales, requests, server})
	sup, err := supervisor.Start(ctx, root)
	if err != nil {
		return err
	}
	defer supervisor.Stop(context.WithoutCancel(ctx), sup)
	if cfg.Supplier != "" {
		rounds := supervisor.Func("rounds", func(ctx context.Context) error { return newRounds(ctx, prices.Ref()) })
		if _, err := supervisor.StartChild(ctx, sup, rounds); err != nil {
			return err
		}
	}
	report.Reporter{Stock: items.Ref(), Orders: sales.Ref()}.Start(time.Minute)

	addr, err := server.Ref().Addr()
	if err != nil {
		return err
	}
	cfg.Started(fmt.Sprintf("http://%s", addr))
	pid, err := sup.Dest().Resolve(process.NodeOf(ctx))
	if err != nil {
		return err
	}
	if reason, err := process.Wait(ctx, pid); err == nil {
		return reason
	}
	return nil
}

func newRounds(ctx context.Context, prices genserver.Ref[*pricing.Prices]) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			genserver.Cast(ctx, prices, pricing.NewRound{})
		}
	}
}
