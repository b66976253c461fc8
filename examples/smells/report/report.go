// Package report sums up what the shop does.
package report

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/otplint/otplint/examples/smells/orders"
	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

// Reporter makes reports.
type Reporter struct {
	Stock  genserver.Ref[*stock.Stock]
	Orders genserver.Ref[*orders.Orders]
}

// A Report is a summary.
type Report struct {
	Placed  int `json:"placed"`
	Shipped int `json:"shipped"`
	Pieces  int `json:"pieces"`
}

// Start logs a report now and then.
func (r Reporter) Start(every time.Duration) {
	ticker := time.NewTicker(every)
	go func() {
		for range ticker.C {
			report, err := r.Make(context.Background())
			slog.Info("report", "report", report, "err", err)
		}
	}()
}

// Make makes a report.
func (r Reporter) Make(ctx context.Context) (Report, error) {
	var (
		report Report
		errs   [3]error
		wg     sync.WaitGroup
	)
	wg.Add(2)
	go func() {
		defer wg.Done()
		report.Placed, errs[0] = genserver.Call(ctx, r.Orders, orders.Count{Status: orders.Placed})
		report.Shipped, errs[1] = genserver.Call(ctx, r.Orders, orders.Count{Status: orders.Shipped})
	}()
	go func() {
		defer wg.Done()
		var levels map[string]int
		levels, errs[2] = genserver.Call(ctx, r.Stock, stock.List{})
		for _, n := range levels {
			report.Pieces += n
		}
	}()
	wg.Wait()
	return report, errors.Join(errs[:]...)
}
