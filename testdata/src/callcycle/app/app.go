// Package app lets the stock count with the cart: here the circle closes.
package app

import (
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/callcycle/cart"
	"otplint.test/callcycle/stock"
)

// Tree has a stock and a cart.
func Tree() supervisor.Child[supervisor.Ref] {
	var carts supervisor.Child[cart.Client]
	items := stock.Child(func() stock.Counter { return carts.Ref() }) // want `^possible deadlock: Cart.HandleCast\(checkout\) -> Stock.HandleCall\(reserve\) -> Cart; if the last call reaches the same Cart`
	carts = cart.Child("cart", items.Ref())
	return supervisor.Supervisor("app", supervisor.OneForOne, []supervisor.Spec{items, carts})
}
