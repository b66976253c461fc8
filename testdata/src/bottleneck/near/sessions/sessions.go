// Package sessions has a store for each user: started by the first who asks, under a dynamic supervisor.
package sessions

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

type Registry = registry.Registry[string, string]

// Open starts one more, whatever its id.
func Open(ctx context.Context, sup dynsupervisor.Ref) (http.Handler, error) {
	items, err := dynsupervisor.StartChild(ctx, sup, store.Child("items"))
	return web.API{Items: items}.Handler(), err
}

// Tree has no store but those that come while it runs.
func Tree(addr string) supervisor.Child[supervisor.Ref] {
	names := registry.New[string, string]("names")
	users := dynsupervisor.New("users")
	return supervisor.Supervisor("sessions", supervisor.RestForOne, []supervisor.Spec{names, users})
}
