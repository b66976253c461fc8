// Package rooms has three kinds of servers that come while the program runs, each of which asks the one store.
package rooms

import (
	"context"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/bottleneck/store"
)

type room struct{ items store.Ref }

func (s *room) Init(c *genserver.Context) genserver.Result {
	store.Get(c, s.items, "room")
	return c.OK()
}

type user struct{ items store.Ref }

func (s *user) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *user) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	store.Get(c, s.items, "user")
	return c.NoReply()
}

type shard struct{ items store.Ref }

func (s *shard) Init(c *genserver.Context) genserver.Result {
	store.Get(c, s.items, "shard")
	return c.OK()
}

// Tree has one store, rooms by a template, and shards.
func Tree() supervisor.Child[supervisor.Ref] {
	items := store.Child("items") // want `3 servers of many instances \(rooms.room, rooms.user, rooms.shard\), through 1 call site, wait for each other at the one store.Store; get only reads its state`
	rooms := dynsupervisor.Template("rooms", func(id string) supervisor.Child[genserver.Ref[*room]] {
		return supervisor.Server("room", func() *room { return &room{items.Ref()} })
	})
	shards := partition.New("shards", 4, func(int) supervisor.Child[genserver.Ref[*shard]] {
		return supervisor.Server("shard", func() *shard { return &shard{items.Ref()} })
	})
	return supervisor.Supervisor("all", supervisor.OneForOne, []supervisor.Spec{items, rooms, shards})
}

// User is found or started.
func User(ctx context.Context, r *registry.Registry[string, int], sup dynsupervisor.Ref, name string, items store.Ref) (genserver.Ref[*user], error) {
	return registry.GetOrStart(ctx, r, name, 0, sup, supervisor.Server("user", func() *user { return &user{items} }))
}
