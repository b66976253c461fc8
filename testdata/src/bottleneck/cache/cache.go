// Package cache has a generic server, of which there is one, and of another there are two.
package cache

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Cache[K comparable, V any] struct{ values map[K]V }

type lookup[K comparable, V any] struct {
	genserver.CallTo[*Cache[K, V], V]
	key K
}

func (c *Cache[K, V]) Init(ctx *genserver.Context) genserver.Result { return ctx.OK() }

func (c *Cache[K, V]) HandleCall(ctx *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case lookup[K, V]:
		return req.Reply(from, c.values[req.key])
	}
	return ctx.Unhandled(req)
}

func Lookup[K comparable, V any](ctx context.Context, c genserver.Ref[*Cache[K, V]], key K) (V, error) {
	return genserver.Call(ctx, c, lookup[K, V]{key: key})
}

// Pair has a type argument only, and two instances.
type Pair[T any] struct{ Cache[string, T] }

type both[T any] struct{ genserver.CallTo[*Pair[T], T] }

func (p *Pair[T]) HandleCall(ctx *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case both[T]:
		return req.Reply(from, p.values["both"])
	}
	return ctx.Unhandled(req)
}

func Both[T any](ctx context.Context, c genserver.Ref[*Pair[T]]) (T, error) {
	return genserver.Call(ctx, c, both[T]{})
}

type names = genserver.Ref[*Cache[string, int]]

type api struct {
	names names
	ints  genserver.Ref[*Pair[int]]
	texts genserver.Ref[*Pair[string]]
}

func (a api) one(w http.ResponseWriter, r *http.Request) {
	n, err := Lookup(r.Context(), a.names, "one")
	i, _ := Both(r.Context(), a.ints)
	fmt.Fprintln(w, n, err, i)
}

func (a api) two(w http.ResponseWriter, r *http.Request) {
	n, err := Lookup(r.Context(), a.names, "two")
	s, _ := Both(r.Context(), a.texts)
	fmt.Fprintln(w, n, err, s)
}

func (a api) three(w http.ResponseWriter, r *http.Request) {
	n, err := Lookup(r.Context(), a.names, "three")
	i, _ := Both(r.Context(), a.ints)
	fmt.Fprintln(w, n, err, i)
}

func Run(ctx context.Context) error {
	names := supervisor.Server("names", func() *Cache[string, int] { return &Cache[string, int]{} }) // want `3 HTTP handlers \(api.one, api.two, api.three\), through 1 call site, wait for each other at the one cache.Cache; lookup only reads its state`
	ints := supervisor.Server("ints", func() *Pair[int] { return &Pair[int]{} })
	texts := supervisor.Server("texts", func() *Pair[string] { return &Pair[string]{} })
	a := api{names.Ref(), ints.Ref(), texts.Ref()}
	http.HandleFunc("/1", a.one)
	http.HandleFunc("/2", a.two)
	http.HandleFunc("/3", a.three)
	return supervisor.Run(ctx, supervisor.Supervisor("cache", supervisor.OneForOne, []supervisor.Spec{names, ints, texts}))
}
