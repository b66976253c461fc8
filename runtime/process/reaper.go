package process

import (
	"sync"
	"time"
)

// reaper gives back the goroutines of processes that have been parked for a
// while: it looks every reapTick at those that have parked, and retires a
// goroutine that handled nothing between two looks. It runs only while there
// are any. Parked goroutines are bounded by time, never by number.
type reaper struct {
	mu    sync.Mutex
	spots []spot
	on    bool
}

// spot is a goroutine that the reaper keeps an eye on.
type spot struct {
	p       *proc
	w       *worker
	handled uint64 // p.handled at the last look
}

const reapTick = 50 * time.Millisecond

func (r *reaper) add(p *proc, w *worker) {
	r.mu.Lock()
	r.spots = append(r.spots, spot{p: p, w: w})
	if !r.on {
		r.on = true
		go r.run()
	}
	r.mu.Unlock()
}

func (r *reaper) run() {
	for more := true; more; more = r.sweep(false) {
		time.Sleep(reapTick)
	}
}

// sweep retires goroutines, those that were busy at the last look too if
// now is set. It reports whether the reaper has to go on.
func (r *reaper) sweep(now bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.spots[:0]
	for _, s := range r.spots {
		if s.keep(now) {
			kept = append(kept, s)
		}
	}
	clear(r.spots[len(kept):])
	r.spots = kept
	if len(kept) == 0 {
		r.spots = nil
	}
	if !now {
		r.on = len(kept) > 0
	}
	return r.on
}

// keep retires the goroutine if it is time, and reports whether to look again.
func (s *spot) keep(now bool) bool {
	p := s.p
	p.mu.Lock()
	handled := p.handled
	switch {
	case p.worker != s.w: // gone already
		p.mu.Unlock()
		return false
	case p.state != parked || handled != s.handled && !now:
		s.handled = handled
		p.mu.Unlock()
		return true
	}
	s.w.retired = true
	p.goIdleAndUnlock()
	s.w.wake <- struct{}{}
	return false
}

// GiveBack gives the goroutines of all processes that wait for a message back
// at once, as would happen within a tenth of a second. It is for tests that
// count goroutines and for programs that want the memory now.
func (n *Node) GiveBack() { n.reaper.sweep(true) }
