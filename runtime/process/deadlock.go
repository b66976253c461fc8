package process

import (
	"context"
	"errors"
	"strings"
	"time"
)

// ErrCallingSelf refuses a call that a process makes to itself: it could
// never be answered. A context that descends from the process's own counts
// as the process; a goroutine beside it calls with a context of its own.
var ErrCallingSelf = errors.New("calling self")

// DeadlockError refuses a call that would close a circle of processes each of
// which waits, in a callback, for the next. It is found for calls made with
// the processes' own contexts.
type DeadlockError struct {
	// Chain is the circle, beginning and ending with the caller.
	Chain []PID
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("deadlock: ")
	for i, pid := range e.Chain {
		if i > 0 {
			b.WriteString(" waits for ")
		}
		b.WriteString(pid.describe())
	}
	return b.String()
}

// describe adds name and state type, where there are any.
func (pid PID) describe() string {
	if pid.p == nil {
		return pid.String()
	}
	var about []string
	if name := pid.p.registeredName(); name != "" {
		about = append(about, string(name))
	}
	if _, stateType := pid.p.behaviour.Describe(); stateType != "" {
		about = append(about, stateType)
	}
	if about == nil {
		return pid.String()
	}
	return pid.String() + " (" + strings.Join(about, ", ") + ")"
}

// Waiting notes, until over is called, that the code of ctx's process waits
// for what only pid's process can bring about, for the authors of behaviours:
// calls that would close a circle with it then fail. If it would close one
// itself it fails with ErrCallingSelf or a *DeadlockError. A plain goroutine
// closes none.
func Waiting(ctx context.Context, pid PID) (over func(), err error) {
	self := procOf(ctx)
	if self == nil || pid.p == nil {
		return func() {}, nil
	}
	if self == pid.p {
		return nil, ErrCallingSelf
	}
	q := NewPending(nil)
	q.begin(pid.p)
	if !self.waitFor(q) {
		return func() {}, nil
	}
	over = func() { self.waiting.CompareAndSwap(q, nil) }
	if chain := deadlock(self, pid.p); chain != nil {
		over()
		return nil, &DeadlockError{Chain: chain}
	}
	return over, nil
}

// maxChain bounds the walk; a circle that long is told by its timeouts.
const maxChain = 1000

// A process between two callbacks may seem to wait for what a goroutine of an
// earlier one waits for. That passes; a deadlock stays. So a circle is looked
// at again before a call is refused.
const (
	looks    = 3
	lookTime = time.Millisecond
)

// deadlock is the circle that self's waiting for target closes, or nil.
func deadlock(self, target *proc) []PID {
	chain := cycle(self, target)
	for i := 1; i < looks && chain != nil; i++ {
		time.Sleep(lookTime)
		chain = cycle(self, target)
	}
	return chain
}

// cycle follows who waits for whom from target on, and returns the circle if
// that leads back to self. self has noted already that it waits for target,
// so of two processes that close a circle at the same moment at least one
// sees it.
func cycle(self, target *proc) []PID {
	chain := []PID(nil)
	for p := target; len(chain) < maxChain; {
		next := p.waitsFor()
		if next == nil {
			return nil
		}
		if chain == nil {
			chain = append(chain, PID{self})
		}
		chain = append(chain, PID{p})
		if next == self {
			return append(chain, PID{self})
		}
		p = next
	}
	return nil
}

// waitsFor is the process for whose answer p's callback provably waits: the
// request lies in its mailbox or is being handled, and either nobody but the
// handler has it or its answer leaves when the handler returns.
func (p *proc) waitsFor() *proc {
	q := p.waiting.Load()
	if q == nil || !p.isRunning() {
		return nil
	}
	word, target := q.word.Load(), q.target.Load()
	progress := word & stateMask
	if progress != filled && (progress != asked || q.loose.Load()) {
		return nil
	}
	if p.waiting.Load() != q || q.word.Load() != word {
		return nil
	}
	return target
}

// waitFor notes that p's callback waits for the answer to q. It reports false
// if p is none, runs no callback, or waits already: then it is a goroutine
// beside the callback that uses its context.
func (p *proc) waitFor(q *Pending) bool {
	if p == nil {
		return false
	}
	return p.isRunning() && p.waiting.CompareAndSwap(nil, q)
}

func (p *proc) isRunning() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state == running
}
