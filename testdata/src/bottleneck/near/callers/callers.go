// Package callers asks one store in all the ways that do not count.
package callers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

type api struct {
	items  store.Ref
	others map[string]store.Ref
	limit  int
}

// Two handlers ask: not three.
func (a *api) one(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.items, "one")
	fmt.Fprintln(w, n, err)
}

func (a *api) two(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.items, "two")
	fmt.Fprintln(w, n, err)
}

// Handlers that pass the request on are no others.
func (a *api) route(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		a.one(w, r)
		return
	}
	a.two(w, r)
}

// Casts wait for nobody.
func (a *api) touch(w http.ResponseWriter, r *http.Request) { store.Touch(r.Context(), a.items, "a") }
func (a *api) touchAgain(w http.ResponseWriter, r *http.Request) {
	store.Touch(r.Context(), a.items, "b")
}

// Read once, at boot.
func (a *api) limited(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, a.limit) }

// Nothing serves this one.
func (a *api) unserved(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.items, "unserved")
	fmt.Fprintln(w, n, err)
}

// Which of several stores is asked, is decided for each request.
func (a *api) keyed(w http.ResponseWriter, r *http.Request) {
	n, err := store.Get(r.Context(), a.others[r.PathValue("shard")], "key")
	fmt.Fprintln(w, n, err)
}

func (a *api) listed(w http.ResponseWriter, r *http.Request) {
	for _, ref := range a.others {
		fmt.Fprintln(w, ref.Dest())
		store.List(r.Context(), ref)
	}
}

// Each goroutine has its own store.
func each(ctx context.Context, refs []store.Ref) {
	for _, ref := range refs {
		go store.List(ctx, ref)
	}
}

// So has each of these, or all of them have one that was looked up.
func literals(ctx context.Context, refs []store.Ref, other store.Ref) {
	for _, ref := range refs {
		go func() { store.List(ctx, ref) }()
		go func(r store.Ref) { store.List(ctx, r) }(ref)
	}
	for range 3 {
		go func() { store.List(ctx, other) }()
	}
}

// A supervised loop is one caller.
func loop(items store.Ref) func(context.Context) error {
	return func(ctx context.Context) error {
		for ctx.Err() == nil {
			store.List(ctx, items)
		}
		return nil
	}
}

// Lone is one server.
type Lone struct{ items store.Ref }

func (l *Lone) Init(c *genserver.Context) genserver.Result {
	store.List(c, l.items)
	return c.OK()
}

func Run(ctx context.Context, others map[string]store.Ref, refs []store.Ref) error {
	items := store.Child("items")
	a := &api{items: items.Ref(), others: others}
	http.HandleFunc("/", a.route)
	http.HandleFunc("/touch", a.touch)
	http.HandleFunc("/again", a.touchAgain)
	http.HandleFunc("/limited", a.limited)
	http.HandleFunc("/keyed", a.keyed)
	http.HandleFunc("/listed", a.listed)
	each(ctx, refs)
	literals(ctx, refs, others["other"])
	if _, err := supervisor.Start(ctx, supervisor.Supervisor("callers", supervisor.OneForOne, []supervisor.Spec{
		items,
		supervisor.Func("loop", loop(items.Ref())),
		supervisor.Server("lone", func() *Lone { return &Lone{items.Ref()} }),
	})); err != nil {
		return err
	}
	limit, err := store.Get(ctx, items.Ref(), "limit")
	a.limit = limit
	return err
}
