// Package lib makes children for another package.
package lib

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Room struct{}

func (r *Room) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Child is registered by whoever starts it.
func Child(id string) supervisor.Child[genserver.Ref[*Room]] {
	return supervisor.Server(id, func() *Room { return &Room{} })
}

// Has says whether there is one.
func Has(r *registry.Registry[string, int], id string) bool {
	_, ok := r.Lookup(id)
	return ok
}
