package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/otplint/otplint/internal/benchtest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// parts is what there is beside processes and servers, each with what a Go
// program would do instead. The first contender is the runtime's.
var parts = []workload{
	{"registry/lookup", benchtest.CPU, []contender{{"registry", registryLookup}, {"sync.Map", syncMapLookup}}},
	{"registry/register", benchtest.CPU, []contender{{"registry", registryRegister}, {"sync.Map", syncMapRegister}}},
	{"registry/call", benchtest.CPU, []contender{{"registry.Via", callVia}, {"reference", callDirect}}},
	{"ets/get", benchtest.CPU, tableOf(getOnly)},
	{"ets/get90-put10", benchtest.CPU, tableOf(mostlyGet)},
	{"ets/counter", benchtest.CPU, tableOf(count)},
	{"ets/ordered-get", benchtest.CPU, []contender{{"ets", orderedGet}, {"sorted slice+RWMutex", sortedGet}}},
	{"pubsub/1000", benchtest.CPU, []contender{{"pubsub", broadcast}, {"channels", channelFanOut}}},
	{"task/stream", benchtest.CPU, []contender{{"task", stream}, {"errgroup", group}}},
	{"dynsupervisor/start", benchtest.CPU, []contender{{"dynsupervisor", startDynamic}, {"genserver", startAlone}}},
	{"partition/call", benchtest.Wall, []contender{{"partition", callPartitions}, {"one server", callOne}}},
	{"agent/get", benchtest.CPU, []contender{{"agent", agentGet}, {"RWMutex", lockedGet}}},
	{"mailbox/bounded", benchtest.CPU, []contender{{"bounded", castBounded}, {"unbounded", castUnbounded}}},
}

// keys is how many keys the tables have, tables enough to leave the first cache.
const keys = 10_000

var names = func() (all [keys]string) {
	for i := range all {
		all[i] = fmt.Sprintf("key-%d", i)
	}
	return all
}()

// world is a quiet node of its own.
func world() context.Context {
	return process.WithNode(context.Background(), process.NewNode("bench", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// under starts children in a tree, until the benchmark ends.
func under(b *testing.B, ctx context.Context, children ...supervisor.Spec) {
	b.Helper()
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("bench", supervisor.OneForOne, children))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { must(b, supervisor.Stop(ctx, sup)) })
}

// inProcess runs f in a process.
func inProcess(b *testing.B, ctx context.Context, f func(c *process.Context)) {
	b.Helper()
	pid, err := process.Spawn(ctx, func(c *process.Context) error { f(c); return nil })
	must(b, err)
	_, err = process.Wait(ctx, pid)
	must(b, err)
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// parallel calls f from as many goroutines as there are cores, with numbers
// that differ from one another.
func parallel(b *testing.B, f func(i int)) {
	b.Helper()
	var workers atomic.Int64
	m := benchtest.Measure(b)
	b.RunParallel(func(pb *testing.PB) {
		for i := int(workers.Add(1)) * 7919; pb.Next(); i++ {
			f(i)
		}
	})
	m.Done()
}

// serial calls f b.N times.
func serial(b *testing.B, f func(i int)) {
	b.Helper()
	m := benchtest.Measure(b)
	for i := range b.N {
		f(i)
	}
	m.Done()
}
