// Package jobs is what the shop does when nobody asks: ship what was ordered, clean up what is left over.
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Shipper is a child that ships placed orders, one after the other, and looks for new ones at every interval. An order
// is shipped again if the shop crashes between shipping and recording it.
func Shipper(id string, o orders.Ref, s stock.Ref, every time.Duration) supervisor.Child[process.Dest] {
	return supervisor.Serve(id, func() supervisor.Service {
		return &shipper{id: id, orders: o, stock: s, every: every}
	})
}

type shipper struct {
	id     string
	orders orders.Ref
	stock  stock.Ref
	every  time.Duration
}

// Serve ships until ctx ends. A sibling that is being restarted is no reason to crash as well: the next round will do.
func (s *shipper) Serve(ctx context.Context) error {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			slog.Info("stopped", "id", s.id, "reason", context.Cause(ctx))
			return nil
		case <-tick.C:
			if err := s.shipAll(ctx); err != nil {
				slog.Warn("shipping interrupted", "err", err)
			}
		}
	}
}

func (s *shipper) shipAll(ctx context.Context) error {
	for ctx.Err() == nil {
		order, err := orders.Next(ctx, s.orders)
		if errors.Is(err, orders.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		slog.Info("shipping", "order", order.ID, "lines", len(order.Lines)) // the parcel service, in a real shop
		if err := orders.MarkShipped(ctx, s.orders, order.ID); err != nil {
			return err
		}
		if err := stock.Commit(ctx, s.stock, order.ID); err != nil {
			slog.Warn("hold left to the janitor", "order", order.ID, "err", err)
		}
	}
	return nil
}
