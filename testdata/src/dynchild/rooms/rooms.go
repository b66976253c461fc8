// Package rooms makes the children.
package rooms

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Room struct{ n int }

func (r *Room) Init(c *genserver.Context) genserver.Result { return c.OK() }

func New() *Room { return &Room{} }

type Ref = genserver.Ref[*Room]

func Child(name string) supervisor.Child[Ref] { return supervisor.Server("room-"+name, New) }

// Open is exported: only importers know who calls it.
func Open(ctx context.Context, sup supervisor.Ref, name string) (Ref, error) {
	return supervisor.StartChild(ctx, sup, Child(name))
}
