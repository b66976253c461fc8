package process

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// This is the caller's side of a Pending; pending.go has the callee's.

// Ask sends msg to pid as a request and waits for its answer: until the
// context ends or, if that has no deadline, for timeout at most. It
// returns nil when the answer is there, which the caller reads beside q; then
// and only then may q be reused. The error is ErrCallingSelf, a
// *DeadlockError, ErrFenced, ErrFull, ErrTimeout, the context's, NoProc or the exit
// reason of a process that died meanwhile.
//
// kind is KindCall, or KindSystem for what is asked of the behaviour itself,
// which passes a full mailbox.
func (q *Pending) Ask(ctx context.Context, to PID, kind Kind, msg any, timeout time.Duration) error {
	target := to.p
	self := procOf(ctx)
	if self != nil {
		if self.isDead() {
			return ErrFenced
		}
		if self == target {
			return ErrCallingSelf
		}
	}
	if err := ctx.Err(); err != nil {
		return reasonOf(err)
	}
	var until int64
	if deadline, bounded := ctx.Deadline(); bounded {
		until, timeout = deadline.UnixNano(), 0
	}
	q.setCaller(self, until)
	q.begin(target)
	if self.waitFor(q) {
		defer self.waiting.CompareAndSwap(q, nil)
		if chain := deadlock(self, target); chain != nil {
			q.giveUp()
			return &DeadlockError{Chain: chain}
		}
	}
	e := Envelope{Msg: msg, Call: q, Kind: kind}
	if kind == KindSystem {
		if !target.post(e) {
			return NoProc
		}
	} else if err := target.send(e); err == errNoRoom {
		since := time.Now()
		if err := target.overflow(ctx, e, true, timeout); err != nil {
			return err
		}
		if timeout > 0 {
			timeout = max(timeout-time.Since(since), 1)
		}
	} else if err != nil {
		return err
	}
	if err := q.wait(ctx, timeout); err != nil {
		return err
	}
	if err := q.err; err != nil {
		q.err = nil
		return err
	}
	return nil
}

// wait waits for the answer or gives up. Yielding first lets the other
// process run at once, so that mostly there is nothing to wait for.
func (q *Pending) wait(ctx context.Context, timeout time.Duration) error {
	runtime.Gosched()
	if q.isAnswered() {
		return nil
	}
	gen := q.gen()
	q.asleep.Store(gen)
	if q.isAnswered() {
		q.wakeUp(gen)
		return nil
	}
	var expired <-chan time.Time
	if timeout > 0 {
		if q.timer == nil {
			q.timer = time.NewTimer(timeout)
		} else {
			q.timer.Reset(timeout)
		}
		defer q.timer.Stop()
		expired = q.timer.C
	}
	var err error
	select {
	case <-q.done: // whoever sent it has cleared asleep
		return nil
	case <-expired:
		err = ErrTimeout
	case <-ctx.Done():
		err = reasonOf(ctx.Err())
	}
	if !q.giveUp() { // the answer is just being handed over
		q.wakeUp(gen)
		return nil
	}
	return err
}

func (q *Pending) isAnswered() bool { return q.word.Load()&stateMask == answered }

// wakeUp ends the caller's wait for a token that it does not need any more,
// or takes the token if it is on its way.
func (q *Pending) wakeUp(gen uint64) {
	if !q.asleep.CompareAndSwap(gen, 0) {
		<-q.done
	}
}

// handOver wakes the caller, if it sleeps, when the word says answered. One
// that has seen the answer without it may already be asking something else.
func (q *Pending) handOver(gen uint64) {
	if q.asleep.Load() == gen && q.asleep.CompareAndSwap(gen, 0) {
		q.done <- struct{}{} // has room: one token for each sleep
	}
}

// reasonOf is why a wait ended whose context has ended with err.
func reasonOf(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return ErrTimeout
	}
	return err
}

// giveUp ends the request for its caller; what answers it later is dropped.
// It reports false if the answer is there.
func (q *Pending) giveUp() bool {
	for {
		word := q.word.Load()
		gen, progress := word>>genShift, word&stateMask
		switch progress {
		case answered:
			return false
		case filling, writing:
			return true // whoever writes finds nobody; q is not used again
		case open:
			if !q.move(gen, open, writing) {
				continue
			}
			q.unlist()
			q.word.Store(gen<<genShift | answered)
			return true
		}
		if q.move(gen, progress, answered) {
			q.unlist()
			return true
		}
	}
}

// setCaller spares the stores where nothing changes, as mostly.
func (q *Pending) setCaller(self *proc, until int64) {
	if q.from.Load() != self {
		q.from.Store(self)
	}
	if q.until.Load() != until {
		q.until.Store(until)
	}
}
