package ets

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// gate is a read-write lock for many who pass and few who close it. Those who
// pass count themselves in one of several counters, so that cores seldom meet
// at one; who closes the gate waits until all counters are zero. (It is the
// idea of BRAVO locks, Dice and Kogan 2019, without their bias.)
type gate struct {
	shut    atomic.Bool
	passing []passing
	rw      sync.RWMutex // orders those who close it, and those who come meanwhile
}

// passing counts those inside; it fills a cache line.
type passing struct {
	n atomic.Int64
	_ [56]byte
}

func newGate() *gate {
	n := 1
	for n < 2*runtime.GOMAXPROCS(0) && n < 64 {
		n *= 2
	}
	return &gate{passing: make([]passing, n)}
}

// patience is how often one who finds the gate closed looks again before
// sleeping: most closings last for a microsecond. Who sleeps is let in as a
// reader of rw, whom the next closing waits for, be it scheduled or not.
const patience = 200

// enter passes the gate, or waits while it is closed. What it returns is for leave.
func (g *gate) enter() *passing {
	p := &g.passing[rand.Uint64()&uint64(len(g.passing)-1)]
	for range patience {
		p.n.Add(1)
		if !g.shut.Load() {
			return p
		}
		p.n.Add(-1)
		runtime.Gosched()
	}
	g.rw.RLock()
	return nil
}

func (g *gate) leave(p *passing) {
	if p == nil {
		g.rw.RUnlock()
		return
	}
	p.n.Add(-1)
}

// close closes the gate and returns when nobody is inside.
func (g *gate) close() {
	g.rw.Lock()
	g.shut.Store(true)
	for i := range g.passing {
		for g.passing[i].n.Load() != 0 {
			runtime.Gosched()
		}
	}
}

func (g *gate) open() {
	g.shut.Store(false)
	g.rw.Unlock()
}

// await returns when the gate is open, if only for a moment.
func (g *gate) await() {
	for range patience {
		if !g.shut.Load() {
			return
		}
		runtime.Gosched()
	}
	g.rw.RLock()
	g.rw.RUnlock() //nolint:staticcheck // SA2001: to have waited is all
}
