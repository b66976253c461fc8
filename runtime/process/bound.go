package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// ErrFull refuses a message for a process whose bounded mailbox has no room.
var ErrFull = errors.New("mailbox full")

// Overflow says what becomes of a message for which a bounded mailbox has no room.
type Overflow uint8

const (
	// Refuse tells the sender: Send, TryCast and Call fail with ErrFull. What
	// a Cast, which tells nothing, wanted to send is dropped.
	Refuse Overflow = iota + 1
	// DropNewest drops the message, and a Send or TryCast does not notice. A
	// Call, whose caller would wait for nothing, fails with ErrFull.
	DropNewest
	// Block makes the sender wait for room, as long as its context lasts; a
	// Call within its timeout. What must not wait, such as TrySend, TryCast
	// and a broadcast, fails with ErrFull.
	Block
)

func (o Overflow) String() string {
	switch o {
	case Refuse:
		return "Refuse"
	case DropNewest:
		return "DropNewest"
	case Block:
		return "Block"
	}
	return fmt.Sprintf("Overflow(%d)", uint8(o))
}

// Bounded bounds the mailbox of the process to n messages that wait, beside
// the one that is being handled. Only what users send counts: Send, casts and
// calls. Exit signals, Downs, timers, answers, and what the process sends to
// itself always pass. What does not get in is counted in [Info] and
// logged, each time that the count has doubled.
//
// Senders that wait for each other's room in a circle fail with a
// *DeadlockError, as calls do. A mailbox without this option grows as OTP's does.
func Bounded(n int, o Overflow) Option {
	return func(opts *options) { opts.bound = &bound{limit: n, overflow: o} }
}

// bound is what a bounded mailbox knows of its messages. proc.mu guards it.
type bound struct {
	limit    int
	overflow Overflow
	queued   int       // counted messages that wait; at most limit
	waiters  []*waiter // senders for whom there was no room; none while there is
	lost     uint64    // refused or dropped
	tally    *tally    // counts them beyond the process's end
}

// waiter is a sender that waits for room.
type waiter struct {
	e    Envelope
	done chan error // nil: the message has been taken in
}

// problem says what is wrong with the option, or nothing.
func (b *bound) problem() error {
	if b.limit < 1 || b.overflow < Refuse || b.overflow > Block {
		return fmt.Errorf("process: Bounded(%d, %v): want a positive number and Refuse, DropNewest or Block", b.limit, b.overflow)
	}
	return nil
}

// admit counts the message in, if there is room.
func (b *bound) admit(e *Envelope) bool {
	if b.queued >= b.limit {
		return false
	}
	b.queued++
	e.counted = true
	return true
}

// send is post for a user's message, which finds no room in a full mailbox. It
// fails with NoProc or errNoRoom; the caller then does what overflow says.
func (p *proc) send(e Envelope) error {
	p.mu.Lock()
	if p.state == dead {
		p.mu.Unlock()
		return NoProc
	}
	if p.bounded && !p.ext.bound.admit(&e) {
		p.mu.Unlock()
		return errNoRoom
	}
	p.box.push(e, &p.spare)
	p.wakeAndUnlock()
	return nil
}

var errNoRoom = errors.New("no room")

// overflow does what the full mailbox's Overflow says. It waits, if it may,
// until ctx ends or, if timeout is positive, for that.
func (p *proc) overflow(ctx context.Context, e Envelope, mayWait bool, timeout time.Duration) error {
	self := procOf(ctx)
	if self == p {
		if !p.post(e) {
			return NoProc
		}
		return nil
	}
	w := &waiter{e: e, done: make(chan error, 1)}
	p.mu.Lock()
	if p.state == dead {
		p.mu.Unlock()
		return NoProc
	}
	b := p.ext.bound
	switch {
	case b.admit(&e): // there is room now
		p.box.push(e, &p.spare)
		p.wakeAndUnlock()
		return nil
	case b.overflow != Block || !mayWait:
		p.loseAndUnlock(e)
		if b.overflow == DropNewest && e.Call == nil {
			return nil
		}
		return ErrFull
	}
	b.waiters = append(b.waiters, w)
	p.mu.Unlock()
	return p.awaitRoom(ctx, self, w, timeout)
}

// loseAndUnlock counts a message that is not taken in, and tells of it.
func (p *proc) loseAndUnlock(e Envelope) {
	p.ext.bound.lost++
	p.ext.bound.tally.lost.Add(1)
	lost := p.ext.bound.lost
	p.mu.Unlock()
	if lost&(lost-1) == 0 {
		p.node.Log(slog.LevelWarn, "mailbox full: message lost",
			slog.String("process", PID{p}.String()), slog.String("message", typeName(e.Msg)), slog.Uint64("lost", lost))
	}
}

// awaitRoom waits until the waiter's message is in the mailbox.
func (p *proc) awaitRoom(ctx context.Context, self *proc, w *waiter, timeout time.Duration) error {
	if self != nil && w.e.Call == nil { // a call is known to those who look for a circle already
		q := NewPending(nil)
		q.begin(p)
		if self.waitFor(q) {
			defer self.waiting.CompareAndSwap(q, nil)
			if chain := deadlock(self, p); chain != nil {
				return p.leaveQueue(w, &DeadlockError{Chain: chain})
			}
		}
	}
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case err := <-w.done:
		return w.outcome(err)
	case <-expired:
		return p.leaveQueue(w, ErrTimeout)
	case <-ctx.Done():
		return p.leaveQueue(w, reasonOf(ctx.Err()))
	}
}

// leaveQueue takes the waiter back with the given error, unless its message
// has been taken in.
func (p *proc) leaveQueue(w *waiter, err error) error {
	p.mu.Lock()
	if p.state != dead {
		b := p.ext.bound
		if i := slices.Index(b.waiters, w); i >= 0 {
			b.waiters = slices.Delete(b.waiters, i, i+1)
			p.loseAndUnlock(w.e)
			return err
		}
	}
	p.mu.Unlock()
	return w.outcome(<-w.done)
}

// outcome is what the sender gets: a caller the reason of an end, others NoProc.
func (w *waiter) outcome(err error) error {
	if err != nil && w.e.Call == nil {
		return NoProc
	}
	return err
}

// tookUp makes room when a counted message has left the mailbox: the first
// that waits takes it. The process is running, and will look at its mailbox.
func (p *proc) tookUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.makeRoom()
}

// makeRoom is tookUp with p.mu held.
func (p *proc) makeRoom() {
	if p.state == dead {
		return
	}
	b := p.ext.bound
	if len(b.waiters) == 0 {
		b.queued--
		return
	}
	w := b.waiters[0]
	b.waiters[0] = nil
	b.waiters = b.waiters[1:]
	w.e.counted = true
	p.box.push(w.e, &p.spare)
	w.done <- nil
}

// dismiss tells those who wait for room that the process has ended.
func (b *bound) dismiss(reason error) {
	for _, w := range b.waiters {
		w.done <- reason
	}
}
