package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/puzpuzpuz/xsync/v4"
	"golang.org/x/sync/errgroup"

	"github.com/otplint/otplint/internal/benchtest"
	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
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

// Registry

func filledRegistry(b *testing.B, ctx context.Context) *registry.Registry[string, int] {
	b.Helper()
	child := registry.New[string, int]("names")
	holder := supervisor.Opened("holder", func(ctx context.Context) (int, error) {
		for i, name := range names {
			if err := child.Ref().Register(ctx, name, i); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}, func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
	under(b, ctx, child, holder)
	return child.Ref()
}

func registryLookup(b *testing.B) {
	r := filledRegistry(b, world())
	parallel(b, func(i int) {
		if _, ok := r.Lookup(names[i%keys]); !ok {
			b.Error("not found")
		}
	})
}

func syncMapLookup(b *testing.B) {
	var m sync.Map
	for i, name := range names {
		m.Store(name, i)
	}
	parallel(b, func(i int) {
		if _, ok := m.Load(names[i%keys]); !ok {
			b.Error("not found")
		}
	})
}

func registryRegister(b *testing.B) {
	ctx := world()
	child := registry.New[string, int]("names")
	under(b, ctx, child)
	inProcess(b, ctx, func(c *process.Context) {
		serial(b, func(i int) {
			must(b, child.Ref().Register(c, names[i%keys], i))
			must(b, child.Ref().Unregister(c, names[i%keys]))
		})
	})
}

func syncMapRegister(b *testing.B) {
	var m sync.Map
	serial(b, func(i int) {
		m.LoadOrStore(names[i%keys], i)
		m.Delete(names[i%keys])
	})
}

func callVia(b *testing.B) {
	ctx := world()
	child := registry.New[string, int]("names")
	under(b, ctx, child, counterChild("counter").Via(child.Ref().Entry("counter", 0)))
	ref := registry.Via[*counter](child.Ref(), "counter")
	serial(b, func(int) { call(b, ctx, ref) })
}

func callDirect(b *testing.B) {
	ctx := world()
	child := counterChild("counter")
	under(b, ctx, child)
	serial(b, func(int) { call(b, ctx, child.Ref()) })
}

// Tables

// table is what the workloads of tables use.
type table struct {
	name string
	get  func(k string) int
	put  func(k string, v int)
	add  func(k string)
}

type tables func(b *testing.B) table

func tableOf(work func(b *testing.B, t table)) []contender {
	var list []contender
	for name, make := range map[string]tables{"ets": etsTable, "Mutex+map": mutexMap, "RWMutex+map": rwMutexMap, "xsync.Map": xsyncMap} {
		list = append(list, contender{name, func(b *testing.B) {
			t := make(b)
			for i, k := range names {
				t.put(k, i)
			}
			work(b, t)
		}})
	}
	slices.SortFunc(list, func(a, b contender) int {
		return cmp.Or(-cmp.Compare(eq(a.name, "ets"), eq(b.name, "ets")), cmp.Compare(a.name, b.name))
	})
	return list
}

func eq(a, b string) int {
	if a == b {
		return 1
	}
	return 0
}

func getOnly(b *testing.B, t table) { parallel(b, func(i int) { t.get(names[i%keys]) }) }

func mostlyGet(b *testing.B, t table) {
	parallel(b, func(i int) {
		if i%10 == 0 {
			t.put(names[i%keys], i)
			return
		}
		t.get(names[i%keys])
	})
}

func count(b *testing.B, t table) { parallel(b, func(i int) { t.add(names[i%16]) }) }

func etsTable(b *testing.B) table {
	ctx := world()
	child := ets.Child("table", func(ctx context.Context) (*ets.Set[string, int], error) {
		return ets.NewSet[string, int](ctx, ets.WithAccess(ets.Public))
	})
	under(b, ctx, child)
	t, err := child.Ref().Get()
	must(b, err)
	return table{
		get: func(k string) int { v, _ := t.Get(ctx, k); return v },
		put: func(k string, v int) { must(b, t.Put(ctx, k, v)) },
		add: func(k string) {
			if _, err := ets.UpdateCounter(ctx, t, k, 1); err != nil {
				b.Error(err)
			}
		},
	}
}

func mutexMap(*testing.B) table {
	var mu sync.Mutex
	m := map[string]int{}
	return table{
		get: func(k string) int { mu.Lock(); defer mu.Unlock(); return m[k] },
		put: func(k string, v int) { mu.Lock(); defer mu.Unlock(); m[k] = v },
		add: func(k string) { mu.Lock(); defer mu.Unlock(); m[k]++ },
	}
}

func rwMutexMap(*testing.B) table {
	var mu sync.RWMutex
	m := map[string]int{}
	return table{
		get: func(k string) int { mu.RLock(); defer mu.RUnlock(); return m[k] },
		put: func(k string, v int) { mu.Lock(); defer mu.Unlock(); m[k] = v },
		add: func(k string) { mu.Lock(); defer mu.Unlock(); m[k]++ },
	}
}

func xsyncMap(*testing.B) table {
	m := xsync.NewMap[string, int]()
	return table{
		get: func(k string) int { v, _ := m.Load(k); return v },
		put: func(k string, v int) { m.Store(k, v) },
		add: func(k string) {
			m.Compute(k, func(v int, _ bool) (int, xsync.ComputeOp) { return v + 1, xsync.UpdateOp })
		},
	}
}

func orderedGet(b *testing.B) {
	ctx := world()
	child := ets.Child("table", func(ctx context.Context) (*ets.OrderedSet[string, int], error) {
		return ets.NewOrderedSet[string, int](ctx, ets.WithAccess(ets.Public))
	})
	under(b, ctx, child)
	t, err := child.Ref().Get()
	must(b, err)
	for i, k := range names {
		must(b, t.Put(ctx, k, i))
	}
	parallel(b, func(i int) { _, _ = t.Get(ctx, names[i%keys]) })
}

func sortedGet(b *testing.B) {
	var mu sync.RWMutex
	sorted := slices.Sorted(slices.Values(names[:]))
	parallel(b, func(i int) {
		mu.RLock()
		defer mu.RUnlock()
		if _, ok := slices.BinarySearch(sorted, names[i%keys]); !ok {
			b.Error("not found")
		}
	})
}

// PubSub

const subscribers = 1000

// tick counts down what has arrived.
type tick struct{ arrived *sync.WaitGroup }

const ticks pubsub.Topic[tick] = "ticks"

func broadcast(b *testing.B) {
	ctx := world()
	child := pubsub.New("events")
	under(b, ctx, child)
	for range subscribers {
		s, err := genserver.Start(ctx, func() *listener { return &listener{child.Ref()} })
		must(b, err)
		b.Cleanup(func() { must(b, genserver.Stop(ctx, s, nil)) })
	}
	var arrived sync.WaitGroup
	serial(b, func(int) {
		arrived.Add(subscribers)
		must(b, pubsub.Broadcast(ctx, child.Ref(), ticks, tick{&arrived}))
		arrived.Wait()
	})
}

type listener struct{ events *pubsub.PubSub }

func (l *listener) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, l.events, ticks); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (l *listener) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case tick:
		msg.arrived.Done()
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func channelFanOut(b *testing.B) {
	var mu sync.RWMutex
	var all []chan tick
	for range subscribers {
		ch := make(chan tick, 16)
		all = append(all, ch)
		go func() {
			for t := range ch {
				t.arrived.Done()
			}
		}()
		b.Cleanup(func() { close(ch) })
	}
	var arrived sync.WaitGroup
	serial(b, func(int) {
		arrived.Add(subscribers)
		mu.RLock()
		for _, ch := range all {
			select {
			case ch <- tick{&arrived}:
			default:
				b.Error("full")
			}
		}
		mu.RUnlock()
		arrived.Wait()
	})
}

// Tasks: each item is the hash of a kilobyte.

var kilobyte [1024]byte

func hash(_ context.Context, i int) (byte, error) {
	sum := sha256.Sum256(kilobyte[:])
	return sum[i%len(sum)], nil
}

func upTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func stream(b *testing.B) {
	ctx := world()
	m := benchtest.Measure(b)
	sum := 0
	for v, err := range task.AsyncStream(ctx, upTo(b.N), hash) {
		must(b, err)
		sum += int(v)
	}
	m.Done()
	fmt.Fprint(io.Discard, sum)
}

func group(b *testing.B) {
	m := benchtest.Measure(b)
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(runtime.GOMAXPROCS(0))
	results := make([]byte, b.N)
	for i := range upTo(b.N) {
		g.Go(func() (err error) {
			results[i], err = hash(ctx, i)
			return err
		})
	}
	must(b, g.Wait())
	m.Done()
}

// Servers

// counter is the smallest server that does something.
type counter struct{ n int }

type increment struct {
	genserver.CallTo[*counter, int]
}
type incremented struct{ genserver.CastTo[*counter] }
type digest struct {
	genserver.CallTo[*counter, byte]
} // takes a microsecond

func newCounter() *counter { return new(counter) }

func counterChild(id string) supervisor.Child[genserver.Ref[*counter]] {
	return supervisor.Server(id, newCounter)
}

func (*counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n++
		return req.Reply(from, s.n)
	case digest:
		s.n++
		v, err := hash(c, s.n)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, v)
	}
	return c.Unhandled(req)
}

func (s *counter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case incremented:
		s.n++
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func call(b *testing.B, ctx context.Context, ref genserver.Ref[*counter]) {
	if _, err := genserver.Call(ctx, ref, increment{}); err != nil {
		b.Error(err)
	}
}

func work(b *testing.B, ctx context.Context, ref genserver.Ref[*counter]) {
	if _, err := genserver.Call(ctx, ref, digest{}); err != nil {
		b.Error(err)
	}
}

func startDynamic(b *testing.B) {
	ctx := world()
	sup, err := dynsupervisor.Start(ctx, "counters")
	must(b, err)
	serial(b, func(int) {
		_, err := dynsupervisor.StartChild(ctx, sup, counterChild("counter"))
		must(b, err)
	})
	must(b, dynsupervisor.Stop(ctx, sup))
}

func startAlone(b *testing.B) {
	ctx := world()
	all := make([]genserver.Ref[*counter], 0, b.N)
	serial(b, func(int) {
		ref, err := genserver.Start(ctx, newCounter)
		must(b, err)
		all = append(all, ref)
	})
	for _, ref := range all {
		must(b, genserver.Stop(ctx, ref, nil))
	}
}

func callPartitions(b *testing.B) {
	ctx := world()
	child := partition.New("counters", partition.PerCPU, func(int) supervisor.Child[genserver.Ref[*counter]] { return counterChild("counter") })
	under(b, ctx, child)
	b.SetParallelism(16)
	parallel(b, func(i int) { work(b, ctx, partition.For(child.Ref(), i)) })
}

func callOne(b *testing.B) {
	ctx := world()
	child := counterChild("counter")
	under(b, ctx, child)
	b.SetParallelism(16)
	parallel(b, func(int) { work(b, ctx, child.Ref()) })
}

func agentGet(b *testing.B) {
	ctx := world()
	child := agent.Child("value", func() int { return 1 })
	under(b, ctx, child)
	serial(b, func(int) {
		if _, err := agent.Get(ctx, child.Ref(), func(n int) int { return n }); err != nil {
			b.Error(err)
		}
	})
}

func lockedGet(b *testing.B) {
	var mu sync.RWMutex
	value := 1
	get := func(f func(int) int) int {
		mu.RLock()
		defer mu.RUnlock()
		return f(value)
	}
	serial(b, func(int) { get(func(n int) int { return n }) })
}

func castBounded(b *testing.B)   { castAll(b, genserver.Bounded(1000, process.Block)) }
func castUnbounded(b *testing.B) { castAll(b) }

func castAll(b *testing.B, opts ...genserver.Option) {
	ctx := world()
	child := supervisor.Server("counter", newCounter, opts...)
	under(b, ctx, child)
	m := benchtest.Measure(b)
	for range b.N {
		genserver.Cast(ctx, child.Ref(), incremented{})
	}
	call(b, ctx, child.Ref())
	m.Done()
}
