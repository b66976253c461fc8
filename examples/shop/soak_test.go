//go:build soak

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/jobs"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	defaultSoak = 3 * time.Minute
	rebound     = 15 * time.Second // whatever was killed works again within this time
	stall       = 20 * time.Second // without an order: a deadlock
	heapMore    = 0.10             // than at the baseline
)

// TestSoak keeps a shop busy while it kills everything in it, one after the other and sometimes two at a time, and then
// counts the pieces. It takes three minutes, or as long as OTPLINT_SOAK says; OTPLINT_SEED repeats the decisions of
// another run, though not their timing; OTPLINT_SOAK_LOG names a file for the shop's log.
//
//	go test -tags soak -run TestSoak -v -timeout 20m ./examples/shop
//	OTPLINT_SOAK=25s go test -race -tags soak -run TestSoak -v ./examples/shop
//
// What must hold:
//
//   - No order is lost: each that was acknowledged is in the database, once, until it was shipped and is forgotten; what
//     the shop has sold is what was ordered.
//   - Pieces are conserved: the opening and the deliveries are on the shelf, held, or sold.
//   - No answer is another request's, and no request is handled twice.
//   - No name is held by the dead: an entry leads to a live process, or soon to nobody.
//   - What was killed works again within a bound, and orders never stall.
//   - Once the load pauses, there are as many goroutines as at the first pause, a minute after the start, and the heap
//     is at most a tenth larger; after the stop none are left.
//
// The shop stands under a supervisor that never gives up, with the limits of its own that it always has: it is restarted
// as a whole when they are exceeded, and so are its parts.
func TestSoak(t *testing.T) {
	d := defaultSoak
	if text := os.Getenv("OTPLINT_SOAK"); text != "" {
		var err error
		if d, err = time.ParseDuration(text); err != nil {
			t.Fatalf("OTPLINT_SOAK: %v", err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("OTPLINT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("OTPLINT_SEED: %v", err)
		}
	}
	t.Logf("soaking for %v, OTPLINT_SEED=%d", d, seed)

	before := runtime.NumGoroutine()
	s := newSoak(t, seed)
	sup, err := supervisor.Start(s.ctx, s.root)
	if err != nil {
		t.Fatal(err)
	}
	warm := min(time.Minute, d/3)
	s.load(warm)
	base := s.rest()
	s.load(d - warm)
	end := s.rest()
	if err := supervisor.Stop(s.ctx, sup); err != nil {
		t.Errorf("stop: %v", err)
	}
	s.gone(before)
	s.report(base, end)
	if end.goroutines > base.goroutines+base.goroutines/10+5 {
		t.Errorf("%d goroutines at the end, %d at the first pause", end.goroutines, base.goroutines)
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
	}
	limit := float64(base.heap) * (1 + heapMore)
	if warm < time.Minute {
		limit += 256 << 10 // not all that is ever used had been used yet
	}
	if float64(end.heap) > limit {
		t.Errorf("heap is %d bytes at the end, %d at the first pause", end.heap, base.heap)
	}
}

// soak is one run.
type soak struct {
	t    *testing.T
	shop shop
	cfg  config
	root supervisor.Child[supervisor.Ref]
	ctx  context.Context // names the node
	node *process.Node
	seed uint64

	ledger   ledger
	requests counters
	kills    counters
	latency  histogram // of what a customer waits for, each attempt
	recovery histogram // of what was killed
	client   atomic.Uint64
	failures atomic.Int32
	echo     echoRef
}

func newSoak(t *testing.T, seed uint64) *soak {
	cfg := defaults()
	cfg.addr, cfg.ops = freeAddr(t), freeAddr(t)
	cfg.journal = filepath.Join(t.TempDir(), "journal")
	cfg.opening = stock.Levels{"apple": 500, "banana": 500, "cherry": 500, "fig": 50}
	cfg.cartTTL, cfg.ship = 3*time.Second, 200*time.Millisecond
	cfg.ages = jobs.Ages{Every: 500 * time.Millisecond, Hold: 2 * rebound, Orders: 2 * rebound}

	var out io.Writer = io.Discard
	if name := os.Getenv("OTPLINT_SOAK_LOG"); name != "" {
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		out = file
	}
	log := slog.New(slog.NewTextHandler(out, nil))
	old := slog.Default()
	slog.SetDefault(log)
	t.Cleanup(func() { slog.SetDefault(old) })

	s := &soak{t: t, cfg: cfg, seed: seed, node: process.NewNode("soak", process.WithLogger(log))}
	s.ctx = process.WithNode(t.Context(), s.node)
	s.shop = newShop(s.ctx, cfg, io.Discard)
	s.ledger.init()
	echo, listener := s.echoChild("echo"), s.listenerChild("listener")
	s.echo = echo.Ref()
	s.root = supervisor.Supervisor("soak", supervisor.OneForOne, []supervisor.Spec{s.shop.root, echo, listener},
		supervisor.Intensity(1_000_000, time.Minute), supervisor.Backoff(10*time.Millisecond, 500*time.Millisecond))
	return s
}

// failf fails the test; what follows a fault would drown it.
func (s *soak) failf(format string, args ...any) {
	if s.failures.Add(1) <= 20 {
		s.t.Errorf(format, args...)
	}
}

// rng is the next client's source of decisions.
func (s *soak) rng() *rand.Rand { return rand.New(rand.NewPCG(s.seed, s.client.Add(1))) }

// load has clients busy and processes killed for d, and returns when all clients have got their last answer.
func (s *soak) load(d time.Duration) {
	ctx, cancel := context.WithTimeout(s.ctx, d)
	defer cancel()
	var clients, watchers sync.WaitGroup
	for range 4 {
		clients.Go(func() { s.buyer(ctx, direct{s}) })
		clients.Go(func() { s.echoer(ctx) })
	}
	clients.Go(func() { s.buyer(ctx, overHTTP{s}) })
	clients.Go(func() { s.supplier(ctx) })
	clients.Go(func() { s.reader(ctx) })
	watched, done := context.WithCancel(s.ctx)
	watchers.Go(func() { s.auditor(watched) })
	watchers.Go(func() { s.registrar(watched) })
	watchers.Go(func() { s.watchdog(ctx) })
	s.killer(ctx)
	clients.Wait()
	done()
	watchers.Wait()
}

// A figure is what was measured in a pause.
type figure struct {
	goroutines int
	heap       uint64
	took       time.Duration
}

// rest lets the shop finish what it has begun, counts the pieces, and measures.
func (s *soak) rest() (f figure) {
	begin := time.Now()
	for what, ok := range map[string]func() bool{
		"all orders shipped, all carts gone": s.settled,
		"no callback of the dead runs":       func() bool { return s.node.Abandoned() == 0 },
	} {
		if !within(2*rebound, ok) {
			s.failf("in a pause, not within %v: %s (%d abandoned, %d carts)", 2*rebound, what, s.node.Abandoned(), carts.Count(s.shop.api.Carts))
		}
	}
	s.audit()
	s.ledger.balance(s)
	if _, err := orders.Forget(s.ctx, s.shop.api.Orders, time.Now()); err != nil {
		s.failf("forget: %v", err)
	}
	if _, err := stock.Forget(s.ctx, s.shop.api.Stock, time.Now()); err != nil {
		s.failf("forget: %v", err)
	}
	s.ledger.forget()
	s.node.GiveBack()
	time.Sleep(500 * time.Millisecond) // connections and goroutines end
	var m runtime.MemStats
	for range 3 { // pools are emptied by the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return figure{goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc, took: time.Since(begin)}
}

// settled reports whether nothing is under way any more.
func (s *soak) settled() bool {
	all, err := orders.List(s.shop.api.Orders)
	if err != nil {
		return false
	}
	for _, o := range all {
		if _, err := stock.HoldOf(s.shop.api.Stock, o.ID); o.Status != orders.Shipped || err != stock.ErrNoHold {
			return false
		}
	}
	return carts.Count(s.shop.api.Carts) == 0
}

// gone checks that nothing is left after the stop.
func (s *soak) gone(before int) {
	if !within(10*time.Second, func() bool { s.node.GiveBack(); return runtime.NumGoroutine() <= before }) {
		s.t.Errorf("%d goroutines after the stop, %d before the start", runtime.NumGoroutine(), before)
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
	}
	for pid := range s.node.Processes() {
		s.t.Errorf("%v lives on after the stop", pid)
	}
}

func (s *soak) report(base, end figure) {
	restarts, total := s.node.Restarts(), uint64(0)
	for _, n := range restarts {
		total += n
	}
	s.t.Logf("requests: %v", &s.requests)
	s.t.Logf("orders: %d acknowledged, %d in the database; pieces: %d ordered, %d delivered",
		s.ledger.acknowledged, s.ledger.placed, sum(s.ledger.ordered), sum(s.ledger.delivered))
	s.t.Logf("kills: %v", &s.kills)
	s.t.Logf("restarts: %d: %v", total, restarts)
	s.t.Logf("latency: %v; until what was killed ran again: %v", &s.latency, &s.recovery)
	s.t.Logf("goroutines: %d at the first pause, %d at the end", base.goroutines, end.goroutines)
	s.t.Logf("heap: %d KiB at the first pause, %d KiB at the end (%+.1f %%)", base.heap>>10, end.heap>>10,
		100*(float64(end.heap)/float64(base.heap)-1))
	s.t.Logf("pauses: %v, %v", base.took.Round(time.Millisecond), end.took.Round(time.Millisecond))
}

// within waits until ok is true.
func within(d time.Duration, ok func() bool) bool {
	for deadline := time.Now().Add(d); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

func sum(levels stock.Levels) (n int) {
	for _, k := range levels {
		n += k
	}
	return n
}

// counters counts by kind.
type counters struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counters) add(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = make(map[string]int)
	}
	c.n[kind]++
}

func (c *counters) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	total := 0
	for _, n := range c.n {
		total += n
	}
	return fmt.Sprintf("%d: %v", total, c.n)
}

// histogram counts durations in steps of an eighth of their power of two.
type histogram struct {
	buckets [64 * 8]atomic.Int64
	n, most atomic.Int64
}

func (h *histogram) add(d time.Duration) {
	n := max(int64(d), 8)
	exp := 0
	for v := n; v >= 16; v >>= 1 {
		exp++
	}
	h.buckets[exp*8+int(n>>exp)-8].Add(1)
	h.n.Add(1)
	for old := h.most.Load(); n > old && !h.most.CompareAndSwap(old, n); old = h.most.Load() {
	}
}

func (h *histogram) quantile(q float64) time.Duration {
	rank := int64(q * float64(h.n.Load()))
	for i := range h.buckets {
		if rank -= h.buckets[i].Load(); rank < 0 {
			return time.Duration((int64(i%8)+8)<<(i/8)) + 0
		}
	}
	return time.Duration(h.most.Load())
}

func (h *histogram) String() string {
	return fmt.Sprintf("p50 %v, p99 %v, at most %v (%d)", h.quantile(0.5).Round(time.Microsecond),
		h.quantile(0.99).Round(time.Microsecond), time.Duration(h.most.Load()).Round(time.Microsecond), h.n.Load())
}
