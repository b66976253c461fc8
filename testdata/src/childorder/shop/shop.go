// Package shop lists children before those that their start needs.
package shop

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/childorder/stock"
)

// Other package: Init calls through a helper and two client functions.
func Other(ctx context.Context) error {
	items := stock.Child("items")
	menu := stock.MenuChild("menu", items.Ref())
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		menu, // want `menu \(child 1 of 2\) calls items in Init, but items \(child 2\) is started after it: that fails with process.NoProc, each time that both are started; list items before menu`
		items,
	}))
}

type cart struct {
	stock stock.Ref
	n     int
}

type load struct{}
type ask struct{ genserver.CallTo[*cart, int] }

func (s *cart) Init(c *genserver.Context) genserver.Result { return c.OK().Continue(load{}) }

func (s *cart) HandleContinue(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case load:
		s.n, _ = stock.Level(c, s.stock, "apple")
	}
	return c.NoReply()
}

// Continued: what Init leaves to HandleContinue runs while the siblings are still to be started.
func Continued(ctx context.Context) error {
	items := stock.Child("items")
	carts := supervisor.Server("carts", func() *cart { return &cart{stock: items.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.OneForAll, []supervisor.Spec{carts, items})) // want `carts \(child 1 of 2\) calls items in HandleContinue, but items \(child 2\) is only then started`
}

type teller struct{ stock stock.Ref }

func (s *teller) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	stock.Note(c, s.stock)
	return c.OK()
}

// Lost: a cast before there is somebody to take it.
func Lost(ctx context.Context) error {
	items := stock.Child("items")
	t := supervisor.Server("teller", func() *teller { return &teller{items.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.OneForAll, []supervisor.Spec{
		t, // want `teller \(child 1 of 2\) casts to items in Init, .* the message is lost`
		items,
	}))
}

type keeper struct{ stock stock.Ref }

func (s *keeper) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}

func (s *keeper) Terminate(c *genserver.Context, reason error) { stock.Sum(c, s.stock, "apple") }

// Stopped: who stands later is stopped first.
func Stopped(ctx context.Context) error {
	items := stock.Child("items")
	k := supervisor.Server("keeper", func() *keeper { return &keeper{items.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.OneForAll, []supervisor.Spec{
		k, // want `keeper \(child 1 of 2\) calls items in Terminate, but items \(child 2\) is stopped before it: .*, each time that both are stopped`
		items,
	}))
}

type service struct{ n int }

func (service) Serve(ctx context.Context) error { <-ctx.Done(); return nil }

// Made: what makes a service or an HTTP server is part of the start.
func Made(ctx context.Context) error {
	items := stock.Child("items")
	worker := supervisor.Serve("worker", func() supervisor.Service {
		n, _ := stock.Level(ctx, items.Ref(), "apple")
		return service{n}
	})
	web := httpchild.Child("web", ":0", func() *http.Server {
		stock.Level(ctx, items.Ref(), "pear")
		return &http.Server{}
	})
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{
		worker, // want `worker \(child 1 of 3\) calls items in the function that makes it`
		web,    // want `web \(child 2 of 3\) calls items in the function that makes it`
		items,
	}))
}
