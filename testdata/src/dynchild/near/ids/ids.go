// Package ids adds children under ids that are few, to supervisors that forget them, or for nobody.
package ids

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/dynchild/rooms"
)

const metrics = "metrics"

var debug = "debug"

type API struct {
	Static  supervisor.Ref
	Dynamic dynsupervisor.Ref
	name    string
	child   supervisor.Child[rooms.Ref]
}

// Constant ids: a second start is refused.
func (a API) Constant(w http.ResponseWriter, r *http.Request) {
	supervisor.StartChild(r.Context(), a.Static, supervisor.Server(metrics, rooms.New))
	supervisor.StartChild(r.Context(), a.Static, supervisor.Server("x", rooms.New).ID(metrics+"-2"))
	start(r.Context(), a.Static, "mailer")
	for _, id := range []string{"a", "b"} {
		start(r.Context(), a.Static, id)
	}
}

func start(ctx context.Context, sup supervisor.Ref, id string) {
	supervisor.StartChild(ctx, sup, supervisor.Server("worker-"+id, rooms.New))
}

// Fixed for the process.
func (a API) Fixed(w http.ResponseWriter, r *http.Request) {
	supervisor.StartChild(r.Context(), a.Static, supervisor.Server(a.name, rooms.New))
	supervisor.StartChild(r.Context(), a.Static, supervisor.Server(a.name+"-log", rooms.New))
	supervisor.StartChild(r.Context(), a.Static, supervisor.Server(debug, rooms.New))
	supervisor.StartChild(r.Context(), a.Static, a.child)
}

// Temporary children are forgotten when they end.
func (a API) Temporary(w http.ResponseWriter, r *http.Request) {
	supervisor.StartChild(r.Context(), a.Static, supervisor.Server(r.PathValue("room"), rooms.New).Restart(supervisor.Temporary))
}

// Forgetful supervisors are what to use.
func (a API) Forgetful(w http.ResponseWriter, r *http.Request) {
	dynsupervisor.StartChild(r.Context(), a.Dynamic, supervisor.Server(r.PathValue("room"), rooms.New))
}

// Open is not called by anybody known.
func Open(ctx context.Context, sup supervisor.Ref, name string) {
	supervisor.StartChild(ctx, sup, rooms.Child(name))
}
