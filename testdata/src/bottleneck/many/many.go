// Package many has servers with many instances that ask one store.
package many

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

// Session has an instance for each request that opens one.
type Session struct{ items store.Ref }

type ask struct{ genserver.CastTo[*Session] }

func (s *Session) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Session) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case ask:
		store.Get(c, s.items, "session")
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Worker has an instance for each element of a list.
type Worker struct{ items store.Ref }

func (w *Worker) Init(c *genserver.Context) genserver.Result {
	store.Get(c, w.items, "worker")
	return c.OK()
}

// Lone has one instance: it waits as well, but does not count.
type Lone struct{ items store.Ref }

func (l *Lone) Init(c *genserver.Context) genserver.Result {
	store.List(c, l.items)
	return c.OK()
}

type api struct{ items store.Ref }

func (a api) open(w http.ResponseWriter, r *http.Request) {
	ref, err := genserver.Start(r.Context(), func() *Session { return &Session{a.items} })
	if err == nil {
		genserver.Cast(r.Context(), ref, ask{})
	}
	fmt.Fprintln(w, err)
}

func (a api) put(w http.ResponseWriter, r *http.Request) {
	n, err := store.Put(r.Context(), a.items, "key", 1)
	fmt.Fprintln(w, n, err)
}

func Run(ctx context.Context, n int) error {
	items := store.Child("items") // want `1 HTTP handler \(api.put\), 2 servers of many instances \(many.Session, many.Worker\) and 1 server \(many.Lone\), through 3 call sites, wait for each other at the one store.Store; get only reads its state`
	a := api{items.Ref()}
	http.HandleFunc("/open", a.open)
	http.HandleFunc("/put", a.put)
	var specs []supervisor.Spec
	for i := range n {
		specs = append(specs, supervisor.Server(fmt.Sprint(i), func() *Worker { return &Worker{items.Ref()} }))
	}
	return supervisor.Run(ctx, supervisor.Supervisor("many", supervisor.OneForOne, []supervisor.Spec{
		items,
		supervisor.Server("lone", func() *Lone { return &Lone{items.Ref()} }),
		supervisor.Supervisor("workers", supervisor.OneForOne, specs),
	}))
}
