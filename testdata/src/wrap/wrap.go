// Package wrap has generic wrappers around the framework's calls.
package wrap

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// Do leaves server and reply to its caller, as type parameters, and the request as a parameter.
func Do[S, R any](ctx context.Context, to genserver.To[S], req genserver.Request[S, R]) (R, error) {
	return genserver.Call(ctx, to, req)
}

// Twice wraps the wrapper.
func Twice[S, R any](ctx context.Context, to genserver.Ref[S], req genserver.Request[S, R]) (R, error) {
	return Do(ctx, to, req)
}

// Msg has the message as a type parameter.
func Msg[S any, M genserver.Message[S]](ctx context.Context, to genserver.Ref[S], m M) {
	genserver.Cast(ctx, to, m)
}

// Bus is a generic type whose method casts.
type Bus[S any] struct{ to genserver.Ref[S] }

func NewBus[S any](to genserver.Ref[S]) *Bus[S] { return &Bus[S]{to} }

func (b *Bus[S]) Publish(ctx context.Context, m genserver.Message[S]) { genserver.Cast(ctx, b.to, m) }

// Tell sends whatever it gets.
func Tell(ctx context.Context, to process.Dest, msg any) error { return process.Send(ctx, to, msg) }
