package childorder

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `A child needs a sibling that is started after it`,
	Text: `
A supervisor starts its children in the order of the list, each when the start
before it has returned, and stops them in reverse. A child whose start calls a
sibling further down the list finds nobody there, each time that both are
started: at boot, and whenever the supervisor restarts them together.

The check follows what a start does before it returns: the function that makes
a server or service, Init, the open of a resource, and the entry of a registry that a child takes
with Child.Via; and HandleContinue, if Init continues with the message. It
reports a call or cast to a sibling, or a child below one, that stands later, and what gets from
it, looks into it, registers or subscribes there; and the same in Terminate of a
server that traps exits, since who stands later has been stopped by then.

Holding a reference to a later sibling is fine, if only messages and requests
use it. Silent is the check also where a function on the way provides for the
failure (a timer, a continue, a wait or a loop after an error, or a look for
process.NoProc), where the list or the sibling is not known, and about what
is added by StartChild.

The fix moves the children that are needed up, if the list is a literal without
comments.`,
	Before: `
package shop

import (
	"context"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Menu struct {
	stock genserver.Ref[*stock.Stock]
	level int
}

func (m *Menu) Init(c *genserver.Context) genserver.Result {
	n, err := stock.Level(c, m.stock, "apple")
	if err != nil {
		return c.Stop(err)
	}
	m.level = n
	return c.OK()
}

func Run(ctx context.Context) error {
	goods := supervisor.Server("goods", stock.New)
	menu := supervisor.Server("menu", func() *Menu { return &Menu{stock: goods.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		menu,
		goods,
	}))
}`,
	After: `
package shop

import (
	"context"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Menu struct {
	stock genserver.Ref[*stock.Stock]
	level int
}

func (m *Menu) Init(c *genserver.Context) genserver.Result {
	n, err := stock.Level(c, m.stock, "apple")
	if err != nil {
		return c.Stop(err)
	}
	m.level = n
	return c.OK()
}

func Run(ctx context.Context) error {
	goods := supervisor.Server("goods", stock.New)
	menu := supervisor.Server("menu", func() *Menu { return &Menu{stock: goods.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		goods,
		menu,
	}))
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
