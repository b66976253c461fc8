// Package helper makes children in a package variable and in functions, and lists them in another.
package helper

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/gate"
	"otplint.test/bottleneck/store"
	"otplint.test/bottleneck/web"
)

var items = store.Child("items") // want `3 HTTP handlers .* wait for each other at the one store.Store`

func entry() supervisor.Child[gate.Ref] {
	return gate.Child("gate") // want `3 HTTP handlers \(through.one, through.two, through.three\), through 1 call site, wait for each other at the one gate.Gate`
}

func children() []supervisor.Spec { return append(more(), items) }

func more() []supervisor.Spec {
	return []supervisor.Spec{entry().Restart(supervisor.Transient)}
}

// through finds the gate by its name.
type through struct{ gate.Ref }

func (t through) one(w http.ResponseWriter, r *http.Request)   { gate.Hit(r.Context(), t.Ref) }
func (t through) two(w http.ResponseWriter, r *http.Request)   { gate.Hit(r.Context(), t.Ref) }
func (t through) three(w http.ResponseWriter, r *http.Request) { gate.Hit(r.Context(), t.Ref) }

func Run(ctx context.Context) error {
	t := through{genserver.Named[*gate.Gate]("gate")}
	http.HandleFunc("/1", t.one)
	http.HandleFunc("/2", t.two)
	http.HandleFunc("/3", t.three)
	http.Handle("/items/", web.API{Items: items.Ref()}.Handler())
	return supervisor.Run(ctx, supervisor.Supervisor("helper", supervisor.OneForAll, children()))
}
