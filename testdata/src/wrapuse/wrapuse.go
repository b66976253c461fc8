// Package wrapuse calls wrappers of another package and of its own.
package wrapuse

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/counter"
	"otplint.test/wrap"
)

type Cache[K comparable, V any] struct{ m map[K]V }

func (c *Cache[K, V]) Init(x *genserver.Context) genserver.Result { return x.OK() }

func (c *Cache[K, V]) HandleCast(x *genserver.Context, msg any) genserver.Result {
	if m, ok := msg.(put[K, V]); ok {
		c.m[m.key] = m.value
		return x.NoReply()
	}
	return x.Unhandled(msg)
}

type put[K comparable, V any] struct {
	genserver.CastTo[*Cache[K, V]]
	key   K
	value V
}

func Put[K comparable, V any](ctx context.Context, c genserver.Ref[*Cache[K, V]], k K, v V) {
	genserver.Cast(ctx, c, put[K, V]{key: k, value: v})
}

type ask struct {
	genserver.CallTo[*counter.Counter, int]
}

func Use(ctx context.Context, c counter.Ref) {
	wrap.Do(ctx, c, ask{})
	wrap.Twice(ctx, c, ask{})
	wrap.Msg(ctx, c, counter.Note{Text: "generic"})
	wrap.NewBus(c).Publish(ctx, counter.Note{Text: "method"})
	wrap.Tell(ctx, c.Dest(), "hello")
}

func Unknown(ctx context.Context, c counter.Ref, ms map[string]genserver.Message[*counter.Counter]) {
	genserver.Cast(ctx, c, ms["x"])
	genserver.Invoke(ctx, c.Dest(), 1)
}

func Caches(ctx context.Context, a genserver.Ref[*Cache[string, int]], b genserver.Ref[*Cache[int, []string]]) {
	Put(ctx, a, "k", 1)
	Put(ctx, b, 1, nil)
}
