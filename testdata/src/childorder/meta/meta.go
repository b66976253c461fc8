// Package meta writes one defect in many ways.
package meta

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/childorder/stock"
)

type plain struct{ s stock.Ref }

func (p *plain) Init(c *genserver.Context) genserver.Result {
	stock.Level(c, p.s, "apple")
	return c.OK()
}

func Plain(ctx context.Context) {
	items := stock.Child("items")
	x := supervisor.Server("plain", func() *plain { return &plain{items.Ref()} })
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{x, items})) // want `plain .* calls items in Init`
}

// Extracted helpers, on both sides.
func Extracted(ctx context.Context) {
	items := stock.Child("items")
	supervisor.Run(ctx, root(list(items))) // the list is another function's
}

func list(items supervisor.Child[stock.Ref]) []supervisor.Spec {
	return []supervisor.Spec{supervisor.Server("plain", func() *plain { return &plain{items.Ref()} }), items}
}

func root(children []supervisor.Spec) supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("s", supervisor.OneForOne, children)
}

// Variable: the list is built before it is given.
func Variable(ctx context.Context) {
	items := stock.Child("items")
	x := supervisor.Server("plain", func() *plain { return &plain{items.Ref()} }) // want `plain .* calls items in Init`
	list := []supervisor.Spec{x}
	list = append(list, items)
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, list))
}

type wrapped struct{ deps deps }
type deps struct{ client client }
type client struct{ stock.Ref }

func (c client) level(ctx context.Context) (int, error) { return genserver.Call(ctx, c, query{}) }

type query struct {
	genserver.CallTo[*stock.Stock, int]
}

func (w *wrapped) Init(c *genserver.Context) genserver.Result {
	w.deps.client.level(c)
	return c.OK()
}

// Wrapped in a client and a struct of dependencies.
func Wrapped(ctx context.Context) {
	items := stock.Child("items")
	d := deps{client: client{items.Ref()}}
	x := supervisor.Server("wrapped", func() *wrapped { return &wrapped{deps: d} })
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{x, items})) // want `wrapped .* calls items in Init`
}

// Mapped: the child's reference is the client.
func Mapped(ctx context.Context) {
	items := supervisor.Map(stock.Child("items"), func(r stock.Ref) client { return client{r} })
	x := supervisor.Server("wrapped", func() *wrapped { return &wrapped{deps: deps{client: items.Ref()}} })
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{x, items})) // want `wrapped .* calls items in Init`
}

func call[R any](ctx context.Context, s stock.Ref, req genserver.Request[*stock.Stock, R]) (R, error) {
	return genserver.Call(ctx, s, req)
}

type generic[T any] struct{ s stock.Ref }

func (g *generic[T]) Init(c *genserver.Context) genserver.Result {
	call(c, g.s, query{})
	return c.OK()
}

// Generic server and wrapper.
func Generic(ctx context.Context) {
	items := stock.Child("items")
	x := supervisor.Server("generic", func() *generic[int] { return &generic[int]{items.Ref()} })
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{x, items})) // want `generic .* calls items in Init`
}

type leveler interface {
	level(ctx context.Context) (int, error)
}

type abstract struct{ of leveler }

func (a *abstract) Init(c *genserver.Context) genserver.Result {
	a.of.level(c)
	return c.OK()
}

// Abstract: an interface with one implementer.
func Abstract(ctx context.Context) {
	items := stock.Child("items")
	x := supervisor.Server("abstract", func() *abstract { return &abstract{client{items.Ref()}} })
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{x, items})) // want `abstract .* calls items in Init`
}

type alias = plain

// Alias of the server's type, a changed id, and a reference that is taken first.
func Alias(ctx context.Context) {
	items := stock.Child("items").ID("goods")
	ref := items.Ref()
	x := supervisor.Server("x", func() *alias { return &alias{ref} }).Restart(supervisor.Transient)
	supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.OneForOne, []supervisor.Spec{x, items})) // want `x .* calls goods in Init`
}

// Computed list.
func Computed(ctx context.Context) {
	supervisor.Run(ctx, supervisor.Init("s", func(*genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
		items := stock.Child("items")
		x := stock.MenuChild("menu", items.Ref()) // want `menu .* calls items in Init`
		return supervisor.OneForOne, []supervisor.Spec{x, items}, nil, nil
	}))
}
