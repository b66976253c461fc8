// Package generic has messages of which the instance decides.
package generic

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Cache[K comparable, V any] struct{ m map[K]V }

type get[K comparable, V any] struct {
	genserver.CallTo[*Cache[K, V], V]
	key K
}

func Get[K comparable, V any](ctx context.Context, r genserver.Ref[*Cache[K, V]], key K) (V, error) {
	return genserver.Call(ctx, r, get[K, V]{key: key})
}

func Name(ctx context.Context, r genserver.Ref[*Cache[int, string]]) (string, error) {
	return genserver.Call(ctx, r, get[int, string]{key: 1})
}

func (s *Cache[K, V]) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Cache[K, V]) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get[K, V]:
		return req.Reply(from, s.m[req.key])
	}
	return c.Unhandled(req)
}

// Box knows some instances.
type Box struct{}

type put[T any] struct {
	genserver.CallTo[*Box, int]
	v T
}

func Put(ctx context.Context, r genserver.Ref[*Box]) {
	genserver.Call(ctx, r, put[int]{v: 1})
	genserver.Call(ctx, r, put[string]{v: "a"})
}

func Send[M genserver.Request[*Box, int]](ctx context.Context, r genserver.Ref[*Box], m M) {
	genserver.Call(ctx, r, m)
}

func (s *Box) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Box) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case put[int]:
		return req.Reply(from, req.v)
	}
	return c.Unhandled(req)
}
