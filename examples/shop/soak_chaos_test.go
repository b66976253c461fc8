//go:build soak

package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/process"
)

var errSoak = errors.New("killed by the soak test")

// victims are who is killed, as often as their weight says. What no weight names is killed with its supervisor.
var victims = []struct {
	id     string // "cart": any cart
	weight int
	sup    bool // takes no signal of a stranger but Kill
}{
	{"cart", 14, false}, {"stock-server", 6, false}, {"orders", 6, false}, {"shipper", 4, false}, {"janitor", 2, false},
	{"feed", 2, false}, {"0", 2, false}, {"http", 2, false}, {"stock-levels", 2, false}, {"db", 2, false},
	{"events", 2, false}, {"carts-registry", 2, false}, {"sign", 1, false}, {"ops", 1, false},
	{"echo", 6, false}, {"listener", 2, false},
	{"carts-sessions", 1, true}, {"carts", 1, true}, {"stock", 1, true}, {"views", 1, true}, {"sales", 1, true},
	{"jobs", 1, true}, {"service", 1, true}, {"shop", 1, true},
}

// killer kills until ctx ends: one process, or two at once, and waits until they run again.
func (s *soak) killer(ctx context.Context) {
	rng := s.rng()
	for ctx.Err() == nil {
		n := 1
		if rng.IntN(5) == 0 {
			n = 2
		}
		killed := make(map[string]process.PID)
		running := s.pids()
		for range n {
			s.kill(rng, running, killed)
		}
		begin := time.Now()
		var now map[string]process.PID
		if !within(rebound, func() bool {
			now = s.pids()
			for id, old := range killed {
				if pid := now[id]; pid.IsZero() || pid == old {
					return false
				}
			}
			return true
		}) {
			s.failf("killed %v, not restarted within %v: %v run", killed, rebound, now)
		}
		if len(killed) > 0 {
			s.recovery.add(time.Since(begin))
		}
		time.Sleep(time.Duration(100+rng.IntN(500)) * time.Millisecond)
	}
}

// kill picks a victim. Those of whom it can be told that they run again come into killed.
func (s *soak) kill(rng *rand.Rand, running map[string]process.PID, killed map[string]process.PID) {
	total := 0
	for _, v := range victims {
		total += v.weight
	}
	pick := rng.IntN(total)
	i := 0
	for ; pick >= victims[i].weight; i++ {
		pick -= victims[i].weight
	}
	v := victims[i]
	reason, how := error(process.Kill), " killed"
	if !v.sup && rng.IntN(2) == 0 {
		reason, how = errSoak, " crashed"
	}
	if v.id == "cart" {
		for _, pid := range carts.All(s.shop.api.Carts) {
			process.Exit(s.ctx, pid, reason)
			s.kills.add(v.id + how)
			return
		}
		return
	}
	pid, ok := running[v.id]
	if !ok {
		return // it is being restarted with its supervisor
	}
	process.Exit(s.ctx, pid, reason)
	s.kills.add(v.id + how)
	killed[v.id] = pid
}

func (s *soak) pids() map[string]process.PID {
	ctx, cancel := context.WithTimeout(s.ctx, attempt)
	defer cancel()
	return pids(ctx, s.root.Ref(), make(map[string]process.PID))
}

// registrar checks that no entry leads to the dead.
func (s *soak) registrar(ctx context.Context) {
	for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		dead := make(map[string]process.PID)
		for id, pid := range carts.All(s.shop.api.Carts) {
			if !pid.Alive() {
				dead[id] = pid
			}
		}
		if len(dead) == 0 {
			continue
		}
		time.Sleep(10 * time.Millisecond) // a process is dead a moment before its entry is gone, and nobody has heard yet
		for id, pid := range carts.All(s.shop.api.Carts) {
			if dead[id] == pid && !pid.IsZero() {
				s.failf("cart %s leads to %v, which is dead", id, pid)
			}
		}
	}
	if pid, ok := process.WhereIs(s.ctx, rootName); ok && !pid.Alive() && within(time.Second, func() bool {
		again, _ := process.WhereIs(s.ctx, rootName)
		return again != pid
	}) == false {
		s.failf("%s leads to %v, which is dead", rootName, pid)
	}
}

// watchdog shows where everybody stands when there are no more orders.
func (s *soak) watchdog(ctx context.Context) {
	last, since := -1, time.Now()
	for ; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if n := s.ledger.count(); n != last {
			last, since = n, time.Now()
		}
		if time.Since(since) > stall {
			s.failf("no order for %v", stall)
			_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
			since = time.Now()
		}
	}
}

// ledger is what the test knows of orders and pieces. It forgets what the shop has forgotten.
type ledger struct {
	mu           sync.Mutex
	waiting      map[string]orders.Order // acknowledged, and not seen in the database yet
	listed       map[string]bool         // in the database when it was last looked at
	acknowledged int
	placed       int          // orders that were seen in the database
	ordered      stock.Levels // their pieces
	delivered    stock.Levels
}

func (l *ledger) init() {
	l.waiting, l.listed = make(map[string]orders.Order), make(map[string]bool)
	l.ordered, l.delivered = make(stock.Levels), make(stock.Levels)
}

func (l *ledger) acknowledge(o orders.Order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged++
	if !l.listed[o.ID] {
		l.waiting[o.ID] = o
	}
}

func (l *ledger) deliver(line stock.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delivered[line.SKU] += line.Qty
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acknowledged
}

// forget lets go of what the maps have grown to.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listed, l.waiting = make(map[string]bool), make(map[string]orders.Order)
}

// auditor looks at the database now and then: often enough to see each order before it is forgotten.
func (s *soak) auditor(ctx context.Context) {
	for ; ctx.Err() == nil; time.Sleep(500 * time.Millisecond) {
		s.audit()
	}
}

func (s *soak) audit() {
	l := &s.ledger
	l.mu.Lock()
	due := make(map[string]orders.Order, len(l.waiting))
	for id, o := range l.waiting {
		due[id] = o
	}
	l.mu.Unlock()
	var all []orders.Order
	if !within(rebound, func() (ok bool) {
		var err error
		all, err = orders.List(s.shop.api.Orders)
		return err == nil
	}) {
		s.failf("the database was not there for %v", rebound)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	listed := make(map[string]bool, len(all))
	for _, o := range all {
		if listed[o.ID] {
			s.failf("order %s is there twice", o.ID)
		}
		listed[o.ID] = true
		if !l.listed[o.ID] {
			l.placed++
			for _, line := range o.Lines {
				l.ordered[line.SKU] += line.Qty
			}
		}
		delete(l.waiting, o.ID)
	}
	l.listed = listed
	for id := range due {
		if !listed[id] {
			s.failf("order %s was acknowledged and is not in the database", id)
			delete(l.waiting, id)
		}
	}
}

// balance counts the pieces. Nothing must be under way.
func (l *ledger) balance(s *soak) {
	var shelf, held, sold stock.Levels
	if !within(rebound, func() (ok bool) {
		var err error
		shelf, held, sold, err = stock.Books(s.shop.api.Stock)
		return err == nil
	}) {
		s.failf("the database was not there for %v", rebound)
		return
	}
	seen, err := stock.List(s.ctx, s.shop.api.Stock)
	if err != nil {
		s.failf("list: %v", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for sku, opening := range s.cfg.opening {
		if in, out := opening+l.delivered[sku], shelf[sku]+held[sku]+sold[sku]; in != out {
			s.failf("%s: %d opening + %d delivered = %d, but %d on the shelf + %d held + %d sold = %d",
				sku, opening, l.delivered[sku], in, shelf[sku], held[sku], sold[sku], out)
		}
		if l.ordered[sku] != sold[sku] {
			s.failf("%s: %d ordered, %d sold", sku, l.ordered[sku], sold[sku])
		}
		if seen[sku] != shelf[sku] {
			s.failf("%s: %d in the table, %d in the database", sku, seen[sku], shelf[sku])
		}
	}
}
