// Package library uses what the runtime has beside servers and supervisors.
package library

import (
	"context"
	"maps"
	"slices"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
	"otplint.test/counter"
)

type (
	Names  = registry.Registry[string, int]
	Totals = agent.Ref[map[string]int]
	placed struct{ id int }
)

const orders = pubsub.Topic[placed]("orders")

func newTotals() map[string]int { return map[string]int{} }

// Tree has one of each.
func Tree() supervisor.Child[supervisor.Ref] {
	names := registry.New[string, int]("names")
	counters := partition.New("counters", 4, func(int) supervisor.Child[counter.Ref] { return counter.Child("counter") })
	rooms := dynsupervisor.Template("rooms", newRoom)
	return supervisor.Supervisor("all", supervisor.RestForOne, []supervisor.Spec{
		names, counters, rooms,
		dynsupervisor.New("users"),
		task.Supervisor("tasks"),
		task.Child("warm", func(context.Context) error { return nil }),
		agent.Child("totals", newTotals),
		counter.Child("main").Via(names.Ref().Entry("main", 1)).Restart(supervisor.Transient),
		pubsub.New("events"),
		ets.Child("table", func(ctx context.Context) (*ets.Set[string, int], error) { return ets.NewSet[string, int](ctx) }),
	}, supervisor.Backoff(1, 2))
}

func newRoom(id string) supervisor.Child[counter.Ref] { return counter.Child("room") }

// App has the tree.
var App = &application.App{
	Name:  "all",
	Start: func(context.Context) (application.Instance, error) { return application.Instance{Tree: Tree()}, nil },
}

func agents(ctx context.Context, t Totals) (int, error) {
	agent.Cast(ctx, t, func(m map[string]int) map[string]int { return maps.Clone(m) })
	agent.Update(ctx, t, func(m map[string]int) map[string]int {
		m["n"]++
		return m
	})
	agent.Get(ctx, t, func(m map[string]int) int {
		m["read"]++
		return 0
	})
	for range 3 {
		agent.Get(ctx, t, func(m map[string]int) int { return len(m) })
	}
	return agent.Get(ctx, t, length)
}

func length(m map[string]int) int { return len(m) }

func started(ctx context.Context, c *process.Context) {
	agent.Start(ctx, newTotals, genserver.WithName("totals"))
	agent.StartLink(c, func() int { return 1 })
	t := task.Async(ctx, func(ctx context.Context) (int, error) {
		return counter.Get(ctx, genserver.Named[*counter.Counter]("main"))
	})
	t.Await(ctx)
	task.Start(ctx, func(context.Context) error { return nil })
	for range task.AsyncStream(ctx, slices.Values([]int{1, 2}), square) {
	}
}

func square(_ context.Context, n int) (int, error) { return n * n, nil }

func dynamic(ctx context.Context, sup dynsupervisor.Ref, rooms dynsupervisor.Factory[string, counter.Ref], r *Names) {
	dynsupervisor.StartChild(ctx, sup, counter.Child("user"))
	rooms.StartChild(ctx, "lobby")
	registry.GetOrStart(ctx, r, "ann", 0, sup, counter.Child("ann"))
	task.StartIn(ctx, sup, func(context.Context) error { return nil })
}

func references(ctx context.Context, parts partition.Partitions[counter.Ref], r *Names) {
	counter.Get(ctx, partition.For(parts, "ann"))
	counter.Get(ctx, registry.Via[*counter.Counter](r, "ann"))
	counter.Get(ctx, counter.Child("main").At(process.Name("main")))
}

func events(ctx context.Context, ps *pubsub.PubSub) {
	pubsub.Subscribe(ctx, ps, orders)
	pubsub.Broadcast(ctx, ps, orders, placed{1})
}

func table(ctx context.Context, t *ets.Set[string, int]) {
	t.Get(ctx, "n")
	t.Update(ctx, "n", func(old int, _ bool) int { return old + 1 })
}
