package dynchild

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `A static supervisor gets a child for each request`,
	Text: `
A supervisor that was declared with its children keeps the specification of each
that supervisor.StartChild adds: when the child has ended, its id stays taken and
its place in the list stays, until somebody deletes it. With a child for each
user, room or connection the list only grows, each start searches it, and
under one_for_all or rest_for_one one child's crash restarts what others have
asked for. A dynamic supervisor (dynsupervisor) forgets what has ended, starts at the same
cost however many there are, and needs no ids; registry.GetOrStart finds
the child of a key.

The check reports a start that an HTTP handler, a server's HandleCall, HandleCast
or HandleInfo, or a loop that accepts connections or receives messages reaches,
if the id is built from data: from the message or request, a counter, or a random
number.

Silent are constant ids, starts at boot, exported functions that nothing known
calls, temporary children, and packages that delete children as well, which is
how plug-ins are managed.`,
	Before: `
package rooms

import (
	"net/http"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/supervisor"
)

type API struct{ Rooms supervisor.Ref }

func (a API) Open(w http.ResponseWriter, r *http.Request) {
	room := supervisor.Server("room-"+r.PathValue("room"), stock.New)
	if _, err := supervisor.StartChild(r.Context(), a.Rooms, room); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}`,
	After: `
package rooms

import (
	"net/http"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/supervisor"
)

type API struct{ Rooms dynsupervisor.Ref }

func (a API) Open(w http.ResponseWriter, r *http.Request) {
	room := supervisor.Server("room", stock.New).Restart(supervisor.Temporary)
	if _, err := dynsupervisor.StartChild(r.Context(), a.Rooms, room); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
