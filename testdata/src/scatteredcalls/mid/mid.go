// Package mid hides where stock is.
package mid

import "otplint.test/scatteredcalls/stock"

type (
	Ref  = stock.Ref
	List = stock.List
	Get  = stock.Get
)
