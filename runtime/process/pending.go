package process

import (
	"sync"
	"sync/atomic"
	"time"
)

// Pending is a request that waits for its answer: the part of a reply cell
// that the process layer needs, for the authors of behaviours. The answer's
// value stands beside it, in a type of the behaviour's own (see Owner).
//
// A Pending is reused for request after request by callers that got their
// answers, so everything that comes late names a generation. A caller that
// gives up leaves its Pending to the garbage collector.
type Pending struct {
	// Owner is what the Pending is part of, set once.
	Owner any

	word   atomic.Uint64 // generation<<4 | progress
	loose  atomic.Bool   // somebody else than the callback may answer
	target atomic.Pointer[proc]
	from   atomic.Pointer[proc]
	until  atomic.Int64  // the caller's deadline in Unix nanoseconds, 0 for none
	asleep atomic.Uint64 // the generation whose caller waits for a token, or 0
	done   chan struct{} // the token; a caller that finds its answer at once takes none
	timer  *time.Timer
	err    error // why there is no answer: the exit reason

	next, prev *Pending    // the target's list of open requests
	listed     atomic.Bool // is in it; changed under the target's mutex
}

// The progress of a request. The callback of a Call may fill in the answer,
// which leaves when the callback returns (deliver), or put it off; then the
// answer leaves at once. Both may happen on any goroutine.
const (
	free      = iota
	asked     // in the mailbox, or its callback runs
	filling   // an answer is being written while the callback runs
	filled    // an answer is there and leaves with the callback's return
	open      // the callback has returned without an answer
	writing   // an answer is being written and leaves at once
	answered  // over: answered, failed, or given up
	stateMask = 15
	genShift  = 4
)

var pendings = sync.Pool{New: func() any { return NewPending(nil) }}

// NewPending makes the request part of a reply cell.
func NewPending(owner any) *Pending {
	q := new(Pending)
	q.Init(owner)
	return q
}

// Init makes q usable. It is called once.
func (q *Pending) Init(owner any) {
	q.Owner = owner
	q.done = make(chan struct{}, 1)
}

func getPending(bubble bool) *Pending {
	if bubble {
		return NewPending(nil)
	}
	return pendings.Get().(*Pending)
}

func putPending(q *Pending, bubble bool) {
	if !bubble {
		q.err = nil
		pendings.Put(q)
	}
}

func (q *Pending) begin(target *proc) {
	if q.target.Load() != target {
		q.target.Store(target)
	}
	if q.loose.Load() {
		q.loose.Store(false)
	}
	q.word.Store((q.word.Load()>>genShift+1)<<genShift | asked)
}

func (q *Pending) gen() uint64 { return q.word.Load() >> genShift }

// move goes from one progress to another within a generation.
func (q *Pending) move(gen uint64, from, to uint64) bool {
	return q.word.CompareAndSwap(gen<<genShift|from, gen<<genShift|to)
}

// Gen is the generation of a request that the process has just received. The
// request is executed also if its caller has given up meanwhile.
func (q *Pending) Gen() uint64 { return q.gen() }

// Returned settles what becomes of the request when its callback has
// returned: an answer that was filled in leaves, else the request stays open.
// deliver is false if the process is stopping: then Deliver follows after
// Terminate.
func (q *Pending) Returned(gen uint64, deliver bool) {
	if !deliver || q.Deliver(gen) {
		return
	}
	q.list() // before it may be answered from elsewhere
	if q.move(gen, asked, open) {
		return
	}
	q.unlist() // answered or given up just now
	q.Deliver(gen)
}

// Hold puts a request back that the process has taken from its mailbox and
// handles later: if it dies first, the caller is told.
func (q *Pending) Hold() {
	q.list()
	if q.isAnswered() { // given up before or meanwhile
		q.unlist()
	}
}

// Deliver lets an answer leave that was filled in, or that is being.
func (q *Pending) Deliver(gen uint64) bool {
	for {
		switch q.word.Load() {
		case gen<<genShift | filled:
			q.unlist() // before the caller may use it again
			if q.move(gen, filled, answered) {
				q.handOver(gen)
				return true
			}
		case gen<<genShift | filling:
			q.unlist()
			if q.move(gen, filling, writing) { // it leaves when it is written
				return true
			}
		default:
			return false
		}
	}
}

// Answer writes an answer with fill, if the request still waits for one, and
// reports whether it did. The first answer counts.
func (q *Pending) Answer(gen uint64, fill func()) bool {
	for {
		switch q.word.Load() {
		case gen<<genShift | asked:
			if !q.move(gen, asked, filling) {
				continue
			}
			fill()
			if !q.move(gen, filling, filled) { // the callback has returned
				q.settled(gen)
			}
			return true
		case gen<<genShift | open:
			if !q.move(gen, open, writing) {
				continue
			}
			q.unlist()
			fill()
			q.settled(gen)
			return true
		default:
			return false
		}
	}
}

// settled ends writing.
func (q *Pending) settled(gen uint64) {
	q.word.Store(gen<<genShift | answered)
	q.handOver(gen)
}

// settle answers a request that is nothing but an acknowledgement.
func (q *Pending) settle(err error) {
	gen := q.gen()
	if q.move(gen, asked, writing) {
		q.err = err
		q.settled(gen)
	}
}

// fail tells the caller that there will be no answer.
func (q *Pending) fail(gen uint64, reason error) {
	for {
		word := q.word.Load()
		progress := word & stateMask
		switch {
		case word>>genShift != gen || progress == writing || progress == answered:
			return
		case progress == filling:
			if q.move(gen, filling, writing) { // an answer is being written, and now leaves at once
				return
			}
		case q.move(gen, progress, writing):
			q.err = reason
			q.settled(gen)
			return
		}
	}
}

// Loosen notes that somebody else than the running callback may answer, so
// that its waiting for another process proves no deadlock.
func (q *Pending) Loosen() { q.loose.Store(true) }

// Caller is the process that asks and the deadline of its context, in Unix
// nanoseconds. They are zero for a plain goroutine, for a context without a
// deadline, and when generation gen is over.
func (q *Pending) Caller(gen uint64) (from PID, until int64) {
	from, until = PID{q.from.Load()}, q.until.Load()
	if !q.Current(gen) {
		return PID{}, 0
	}
	return from, until
}

// Current reports whether generation gen still waits for an answer.
func (q *Pending) Current(gen uint64) bool {
	word := q.word.Load()
	return word>>genShift == gen && word&stateMask != answered
}

// list adds q to its target's open requests, so that the target's death is
// told.
func (q *Pending) list() {
	p := q.target.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == dead || q.listed.Load() {
		return
	}
	q.listed.Store(true)
	q.prev, q.next = nil, p.open
	if p.open != nil {
		p.open.prev = q
	}
	p.open = q
}

func (q *Pending) unlist() {
	if !q.listed.Load() {
		return
	}
	p := q.target.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	if q.listed.Load() {
		q.unlink(p)
	}
}

// unlink takes q out of p's list. p.mu is held. listed is cleared last: with
// it q may pass on to another process.
func (q *Pending) unlink(p *proc) {
	switch {
	case q.prev != nil:
		q.prev.next = q.next
	case p.open == q:
		p.open = q.next
	}
	if q.next != nil {
		q.next.prev = q.prev
	}
	q.next, q.prev = nil, nil
	q.listed.Store(false)
}
