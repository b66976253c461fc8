package process

import (
	"sync"
	"sync/atomic"
	"time"
)

// proc is a process's control block. Every process has one for as long as a
// PID of it is held anywhere, so its size matters: what only some processes
// need stands in extra, and what only running ones need in worker.
//
// It is three cache lines: what the process reads for each message must not
// share one with what its senders write.
type proc struct {
	ctx       Context // the process's own view of itself
	node      *Node
	behaviour Behaviour
	parent    atomic.Pointer[proc] // who started it with a link; dropped at the end
	// ended says without a lock that the process must not go on: 0 while it
	// may, else doomed, deadly or told.
	ended   atomic.Uint32
	cancel  atomic.Pointer[canceller] // made when somebody asks for Done
	waiting atomic.Pointer[Pending]   // the call that its current callback waits for

	mu    sync.Mutex
	state state
	trap  bool
	// abandoned is set while a callback of the dead process still runs.
	abandoned bool
	// bubble is set for a process that was started in a testing/synctest
	// bubble. It switches pooling and parking off, for a channel must not
	// leave its bubble, and no semantics.
	bubble bool
	// bounded is set for a process whose extra has a bound, for good.
	bounded bool
	kind    uint16   // which tally of its shard counts it
	box     chain    // what nobody has taken yet
	spare   *segment // for the next message, so that a ping-pong needs no pool
	worker  *worker  // the goroutine, nil while the process has none
	ext     *extra
	id      uint64

	batch      chain    // what the process is working through; read-only until retired
	handled    uint64   // messages, counted when their batch is done; 0 once the tally has them
	open       *Pending // requests whose answer the callback put off
	reason     error    // why it is ending or has ended
	prev, next *proc    // the node's list of live processes
}

type state uint8

const (
	idle    state = iota // no goroutine
	running              // in its code
	parked               // its goroutine waits for a message
	dead
)

// The values of proc.ended.
const (
	doomed = iota + 1 // an exit signal: ends when the callback returns
	deadly            // has ended; a callback that still runs was abandoned
	told              // and everybody has heard of it
)

// extra is the rarer part of a control block; proc.mu guards it.
type extra struct {
	name     Name
	links    procSet
	watchers map[uint64]watcher  // who monitors this process
	watching map[uint64]*proc    // whom it monitors; nil: nobody was there
	downs    map[uint64]struct{} // Downs in the mailbox that were not flushed
	timers   map[*timer]struct{}
	bound    *bound // of a bounded mailbox, else nil
	hooks    *hook  // what AtExit asked for
	leaver   Leaver // a Registration that hears of the end, else nil
}

func (p *proc) extra() *extra {
	if p.ext == nil {
		p.ext = new(extra)
	}
	return p.ext
}

func newProc(n *Node, parent *proc, b Behaviour) *proc {
	p := &proc{node: n, id: n.lastID.Add(1), behaviour: b, state: running, bubble: inBubble()}
	p.parent.Store(parent)
	p.ctx.p = p
	return p
}

// inBubble tells the fake clock of a testing/synctest bubble, which begins in
// the year 2000, from a real one, which is past 2010.
func inBubble() bool { return time.Now().Unix() < 1262304000 }

func (p *proc) isDead() bool { return p.ended.Load() >= deadly }

// post puts a message into the mailbox and sees to it that the process runs.
// It reports false if the process is dead. All mail comes through here, so a
// process of another machine will be a control block whose node has a
// transport that post hands the envelope to.
func (p *proc) post(e Envelope) bool {
	p.mu.Lock()
	if p.state == dead {
		p.mu.Unlock()
		return false
	}
	p.box.push(e, &p.spare)
	p.wakeAndUnlock()
	return true
}

// wakeAndUnlock makes the process run if it does not, and unlocks p.mu.
func (p *proc) wakeAndUnlock() {
	switch p.state {
	case idle:
		p.state = running
		w := getWorker(p)
		p.worker = w
		p.mu.Unlock()
		go w.main()
	case parked:
		p.state = running
		w := p.worker
		if w.looping { // spares it the lock
			p.batch, p.box = p.box, chain{}
		}
		p.mu.Unlock()
		w.wake <- struct{}{} // has room: only one waker finds the process parked
	default:
		p.mu.Unlock()
	}
}

// procSet is a set of processes: a slice while it is small, since nearly
// every process is linked to its supervisor alone.
type procSet struct {
	few  []*proc
	many map[*proc]struct{}
}

const fewProcs = 16

func (s *procSet) add(p *proc) {
	if s.has(p) {
		return
	}
	if s.many == nil && len(s.few) < fewProcs {
		s.few = append(s.few, p)
		return
	}
	if s.many == nil {
		s.many = make(map[*proc]struct{}, 2*fewProcs)
		for _, q := range s.few {
			s.many[q] = struct{}{}
		}
		s.few = nil
	}
	s.many[p] = struct{}{}
}

func (s *procSet) has(p *proc) bool {
	if s.many != nil {
		_, ok := s.many[p]
		return ok
	}
	for _, q := range s.few {
		if q == p {
			return true
		}
	}
	return false
}

func (s *procSet) remove(p *proc) bool {
	if s.many != nil {
		_, ok := s.many[p]
		delete(s.many, p)
		return ok
	}
	for i, q := range s.few {
		if q == p {
			last := len(s.few) - 1
			s.few[i], s.few[last] = s.few[last], nil
			s.few = s.few[:last]
			return true
		}
	}
	return false
}

func (s *procSet) all() []*proc {
	if s.many == nil {
		return append([]*proc(nil), s.few...)
	}
	ps := make([]*proc, 0, len(s.many))
	for p := range s.many {
		ps = append(ps, p)
	}
	return ps
}
