package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Ages says when the janitor acts.
type Ages struct {
	Every  time.Duration // between two rounds
	Hold   time.Duration // a hold without an order is given back; far longer than a checkout can take
	Orders time.Duration // a shipped order is forgotten, and a delivery
}

// Janitor is a child that settles the holds that a crash has left behind and forgets old orders.
func Janitor(id string, o orders.Ref, s stock.Ref, ages Ages) supervisor.Child[process.Dest] {
	return supervisor.Func(id, func(ctx context.Context) error {
		tick := time.NewTicker(ages.Every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				slog.Info("stopped", "id", id, "reason", context.Cause(ctx))
				return nil
			case now := <-tick.C:
				if err := clean(ctx, o, s, now, ages); err != nil {
					slog.Warn("cleaning interrupted", "err", err)
				}
			}
		}
	})
}

func clean(ctx context.Context, o orders.Ref, s stock.Ref, now time.Time, ages Ages) error {
	holds, err := stock.Holds(s)
	if err != nil {
		return err
	}
	for id, hold := range holds {
		if err := settle(ctx, o, s, hold, now.Add(-ages.Hold)); err != nil {
			return fmt.Errorf("hold of %s: %w", id, err)
		}
	}
	// Only now: a hold whose order was forgotten would be taken for one that was never ordered.
	if _, err = orders.Forget(ctx, o, now.Add(-ages.Orders)); err != nil {
		return err
	}
	_, err = stock.Forget(ctx, s, now.Add(-ages.Orders))
	return err
}

// settle ends a hold if its order was shipped, or is old and was never placed.
func settle(ctx context.Context, o orders.Ref, s stock.Ref, hold stock.Hold, old time.Time) error {
	order, err := orders.Get(o, hold.Order)
	switch {
	case errors.Is(err, orders.ErrUnknown) && hold.Since.Before(old):
		slog.Info("giving back", "order", hold.Order)
		return stock.Release(ctx, s, hold.Order, old)
	case errors.Is(err, orders.ErrUnknown):
		return nil
	case err != nil:
		return err
	case order.Status == orders.Shipped:
		return stock.Commit(ctx, s, hold.Order)
	}
	return nil
}
