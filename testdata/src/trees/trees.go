// Package trees declares supervisors in the ways that people write.
package trees

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/counter"
	"otplint.test/treelib"
)

type janitor struct{ of counter.Ref }

func (j janitor) Serve(ctx context.Context) error { <-ctx.Done(); return nil }

// Literal is the common form: variables, references captured by factories, a nested supervisor, HTTP last.
func Literal(ctx context.Context, addr string) error {
	items := counter.Child("items")
	carts := supervisor.Server("carts", counter.New).Restart(supervisor.Temporary).Shutdown(supervisor.Infinity)
	relay := treelib.NewRelay("relay", items.Ref())
	return supervisor.Run(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
		items,
		carts.Significant(),
		relay,
		supervisor.Supervisor("inner", supervisor.OneForAll, []supervisor.Spec{treelib.Stats("stats")}),
		supervisor.Serve("janitor", func() supervisor.Service { return janitor{items.Ref()} }),
		supervisor.Opened("listener", listen, nil),
		httpchild.Child("http", addr, func() *http.Server { return serve(items.Ref(), relay.Ref()) }),
	}, supervisor.Intensity(3, 5*time.Second)))
}

func listen(context.Context) (net.Listener, error) { return net.Listen("tcp", ":0") }

func serve(counter.Ref, genserver.Ref[*treelib.Relay]) *http.Server { return &http.Server{} }

// Appended builds the list piece by piece, one child per shard and one under a condition.
func Appended(ctx context.Context, shards []string, debug bool) {
	specs := append([]supervisor.Spec{}, treelib.All("x")...)
	for _, s := range shards {
		specs = append(specs, counter.Child(s))
	}
	if debug {
		specs = append(specs, counter.Child("debug"))
	}
	supervisor.Start(ctx, supervisor.Supervisor("appended", supervisor.OneForOne, specs))
}

var shared = counter.Child("shared")

// Computed reads its children when it starts.
func Computed() supervisor.Child[supervisor.Ref] {
	return supervisor.Init("computed", func(c *genserver.Context) (supervisor.Strategy, []supervisor.Spec, []supervisor.Flag, error) {
		return supervisor.OneForOne, []supervisor.Spec{shared}, nil, nil
	})
}

// Unknown takes what it is given.
func Unknown(children []supervisor.Spec) supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("unknown", supervisor.OneForOne, append(children, Computed()))
}

// Dynamic adds a child per call.
func Dynamic(ctx context.Context, sup supervisor.Ref, id string) (counter.Ref, error) {
	return supervisor.StartChild(ctx, sup, counter.Child(id))
}

type api struct {
	refs struct{ hits counter.Ref }
	name string
}

func web(id string, a api) supervisor.Child[httpchild.Ref] {
	return httpchild.Child(id, a.name, func() *http.Server { return serve(a.refs.hits, genserver.Ref[*treelib.Relay]{}) })
}

// Held passes references in a struct, and fills a list by index.
func Held(ctx context.Context, n int) {
	hits := counter.Child("hits")
	a := api{name: "web"}
	a.refs.hits = hits.Ref()
	specs := make([]supervisor.Spec, n)
	for i := range specs {
		specs[i] = counter.Child("shard")
	}
	supervisor.Start(ctx, supervisor.Supervisor("held", supervisor.OneForOne, []supervisor.Spec{hits, web("web", a)}))
	supervisor.Start(ctx, supervisor.Supervisor("shards", supervisor.OneForOne, specs))
}
