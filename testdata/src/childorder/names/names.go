// Package names reaches siblings by name.
package names

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/childorder/stock"
)

type menu struct{}

func (*menu) Init(c *genserver.Context) genserver.Result {
	if _, err := stock.Level(c, genserver.Named[*stock.Stock]("stock"), "apple"); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func newMenu() *menu { return &menu{} }

func Named(ctx context.Context) error {
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{
		supervisor.Server("menu", newMenu), // want `menu \(child 1 of 2\) calls items in Init`
		stock.Child("items").Named("stock"),
	}))
}

// Elsewhere: the name is somebody else's.
func Elsewhere(ctx context.Context) error {
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{
		supervisor.Server("menu", newMenu),
		stock.Child("items").Named("other"),
	}))
}
