package startrace

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `A process is looked up and then started, and two can do so at once`,
	Text: `
Between a lookup that finds nobody and the start under the same key somebody else
may start it. Names and registry entries are unique, so there is never a second
process, but the start of the one who was slower fails with AlreadyStarted. Code
that returns that as an error fails now and then, under load. Use
registry.GetOrStart, which starts it once and gives all callers the same
reference; or take the process that runs when the start is refused.

The check reports a start under the key of a lookup that found nobody, if an HTTP
handler or a goroutine of a loop reaches it or if the function is exported, and
nothing expects AlreadyStarted.

Silent are code that asks which error it is (errors.As, errors.Is), looks again or
ignores the error; callbacks of servers and what only they call, which run one
after the other; boot; what runs while a mutex is held; and functions that are given
to something else to run (singleflight, sync.Once).`,
	Before: `
package rooms

import (
	"context"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Rooms struct {
	Registry *registry.Registry[string, int]
	Sup      dynsupervisor.Ref
}

func (r Rooms) Open(ctx context.Context, id string) (genserver.Ref[*stock.Stock], error) {
	if _, ok := r.Registry.Lookup(id); ok {
		return registry.Via[*stock.Stock](r.Registry, id), nil
	}
	return dynsupervisor.StartChild(ctx, r.Sup, supervisor.Server("room", stock.New).Via(r.Registry.Entry(id, 0)))
}`,
	After: `
package rooms

import (
	"context"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Rooms struct {
	Registry *registry.Registry[string, int]
	Sup      dynsupervisor.Ref
}

func (r Rooms) Open(ctx context.Context, id string) (genserver.Ref[*stock.Stock], error) {
	return registry.GetOrStart(ctx, r.Registry, id, 0, r.Sup, supervisor.Server("room", stock.New))
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
