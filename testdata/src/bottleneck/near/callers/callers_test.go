package callers

import (
	"context"
	"net/http"
	"testing"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

// TestMore has handlers and a tree of its own, and neither counts.
func TestMore(t *testing.T) {
	items := store.Child("items")
	a := &api{items: items.Ref()}
	ask := func(w http.ResponseWriter, r *http.Request) { store.Get(r.Context(), a.items, "test") }
	http.HandleFunc("/test", ask)
	http.Handle("/web", web.API{Items: items.Ref()}.Handler())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	supervisor.Run(ctx, supervisor.Supervisor("test", supervisor.OneForOne, []supervisor.Spec{items}))
}
