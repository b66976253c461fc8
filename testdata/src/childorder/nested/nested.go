// Package nested has a tree below a tree: order among subtrees counts.
package nested

import (
	"context"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/childorder/stock"
)

// Below: the menu stands in a subtree that is started before the stock.
func Below(ctx context.Context) error {
	items := stock.Child("items")
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		supervisor.Supervisor("front", supervisor.OneForOne, []supervisor.Spec{ // want `front/menu \(child 1 of 2\) calls back/items in Init, but back/items \(child 2\) is started after it: .*; list back before front`
			stock.MenuChild("menu", items.Ref()),
		}),
		supervisor.Supervisor("back", supervisor.OneForOne, []supervisor.Spec{items}),
	}))
}

// front is a subtree that is given the reference.
func front(items stock.Ref) supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("front", supervisor.OneForOne, []supervisor.Spec{stock.MenuChild("menu", items)})
}

// Given the reference by a function.
func Given(ctx context.Context) error {
	items := stock.Child("items")
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		front(items.Ref()), // want `front/menu \(child 1 of 2\) calls items in Init`
		items,
	}))
}
