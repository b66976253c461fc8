// Package counteruse uses a server of another package, by its client API and past it.
package counteruse

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/counter"
)

type API struct{ hits counter.Ref }

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	counter.Increment(r.Context(), a.hits, 1)
	a.show(r.Context())
}

func (a *API) show(ctx context.Context) { counter.Get(ctx, a.hits) }

func Raw(ctx context.Context, c counter.Ref) {
	genserver.Cast(ctx, c, counter.Note{Text: "raw"})
}

func Named(ctx context.Context) {
	hits := genserver.Named[*counter.Counter]("hits")
	counter.Increment(ctx, hits, 1)
	genserver.Cast(ctx, hits, counter.Note{Text: "named"})
}

func Fan(ctx context.Context, refs []counter.Ref) {
	for _, r := range refs {
		go counter.Increment(ctx, r, 1)
	}
}

func Main(ctx context.Context) error {
	hits := counter.Child("hits")
	return supervisor.Run(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{hits}))
}
