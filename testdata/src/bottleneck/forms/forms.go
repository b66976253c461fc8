// Package forms reaches one store in the ways that people write: an embedded reference with methods, an interface, a
// helper that lists the children, a variable, goroutines.
package forms

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

// Reader is what a handler needs of the store.
type Reader interface {
	Get(ctx context.Context, key string) (int, error)
}

type api struct {
	store.Client
	reader Reader
	extra  extra
}

type extra struct{ items store.Client }

func (a *api) promoted(w http.ResponseWriter, r *http.Request) {
	n, err := a.Get(r.Context(), r.PathValue("key"))
	fmt.Fprintln(w, n, err)
}

func (a *api) throughInterface(w http.ResponseWriter, r *http.Request) {
	n, err := a.reader.Get(r.Context(), r.PathValue("key"))
	fmt.Fprintln(w, n, err)
}

func (a *api) inGoroutine(w http.ResponseWriter, r *http.Request) {
	done := make(chan map[string]int, 1)
	go func() {
		all, _ := a.extra.items.List(r.Context())
		done <- all
	}()
	fmt.Fprintln(w, <-done)
}

// dispatch only passes the request on.
func (a *api) dispatch(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/interface":
		a.throughInterface(w, r)
	case "/goroutine":
		a.inGoroutine(w, r)
	}
}

// watch polls from goroutines that all have the one store.
func watch(ctx context.Context, items store.Client, keys []string) {
	for _, key := range keys {
		go poll(ctx, items, key)
	}
}

func poll(ctx context.Context, items store.Client, key string) {
	for ctx.Err() == nil {
		items.Get(ctx, key)
	}
}

// Run starts everything.
func Run(ctx context.Context, keys []string) error {
	var items = store.ClientChild("items") // want `3 HTTP handlers \(api.promoted, api.throughInterface, api.inGoroutine\) and 1 goroutine loop \(poll\), through 2 call sites, wait for each other at the one store.Store; get and list only read its state`
	a := &api{Client: items.Ref(), reader: items.Ref(), extra: extra{items.Ref()}}
	http.HandleFunc("/", a.dispatch)
	http.HandleFunc("/promoted", a.promoted)
	watch(ctx, items.Ref(), keys)
	return supervisor.Run(ctx, supervisor.Supervisor("forms", supervisor.OneForOne, []supervisor.Spec{items}))
}
