// Package treelib returns children to another package.
package treelib

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/counter"
)

// Stats runs a function.
func Stats(id string) supervisor.Child[process.Dest] {
	return supervisor.Func(id, func(ctx context.Context) error { <-ctx.Done(); return nil }).Restart(supervisor.Transient)
}

// All returns a list.
func All(prefix string) []supervisor.Spec {
	return []supervisor.Spec{counter.Child("first"), Stats("stats")}
}

// Relay holds a reference.
type Relay struct{ to counter.Ref }

func (r *Relay) Init(c *genserver.Context) genserver.Result { return c.OK() }

func NewRelay(id string, to counter.Ref) supervisor.Child[genserver.Ref[*Relay]] {
	return supervisor.Server(id, func() *Relay { return &Relay{to} })
}
