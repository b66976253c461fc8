// Package deletes manages plug-ins.
package deletes

import (
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/dynchild/rooms"
)

type API struct{ Plugins supervisor.Ref }

func (a API) Enable(w http.ResponseWriter, r *http.Request) {
	supervisor.StartChild(r.Context(), a.Plugins, supervisor.Server(r.PathValue("plugin"), rooms.New))
}

func (a API) Disable(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("plugin")
	supervisor.TerminateChild(r.Context(), a.Plugins, id)
	supervisor.DeleteChild(r.Context(), a.Plugins, id)
}
