package ets

import (
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"
)

// gate is a lock for many who pass side by side and few who close it, and for
// those who only look whether it is open. Who closes it waits until nobody is
// inside, who comes meanwhile until it is open again. Those who pass write to
// memory of their own as long as it is seldom closed, so that cores do not
// meet at one counter (BRAVO, Dice and Kogan 2019).
type gate struct {
	shut atomic.Bool // while lock is held to close
	lock *xsync.RBMutex
}

// pass is for who is inside, to leave.
type pass = *xsync.RToken

func (g *gate) enter() pass  { return g.lock.RLock() }
func (g *gate) leave(p pass) { g.lock.RUnlock(p) }

func (g *gate) close() {
	g.lock.Lock()
	g.shut.Store(true)
}

func (g *gate) open() {
	g.shut.Store(false)
	g.lock.Unlock()
}

// await returns when the gate is open, if only for a moment.
func (g *gate) await() {
	if g.shut.Load() {
		g.leave(g.enter())
	}
}
