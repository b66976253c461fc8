package process

import (
	"errors"
	"fmt"
)

// Link links the process to another: when one of them ends, the other gets an
// exit signal with the reason. Linking twice is linking once. Linking to a
// dead process gives one that traps exits an Exited message with NoProc, and
// fails with NoProc in another. (OTP: link/1.)
func (c *Context) Link(to Dest) error {
	p := c.p
	pid, err := find(to, p.node)
	if err == nil && (pid.p == p || link(p, pid.p)) {
		return nil
	}
	if err != nil && !errors.Is(err, NoProc) {
		return fmt.Errorf("link to %v: %w", to, err)
	}
	p.mu.Lock()
	if p.state == dead {
		p.mu.Unlock()
		return fmt.Errorf("link to %v: %w", to, ErrFenced)
	}
	if p.trap {
		p.box.push(Envelope{Msg: Exited{From: pid, Reason: NoProc}, Kind: KindExit}, &p.spare)
		p.wakeAndUnlock()
		return nil
	}
	p.mu.Unlock()
	return fmt.Errorf("link to %v: %w", to, NoProc)
}

// Unlink breaks the link: after it returns no exit signal of the other
// arrives. Unlinking what is not linked does nothing.
func (c *Context) Unlink(to Dest) {
	if pid, err := find(to, c.p.node); err == nil {
		unlink(c.p, pid.p)
	}
}

// Join links two processes from outside, for the authors of behaviours. It
// reports false if one of them is dead.
func Join(a, b PID) bool {
	return a.p != nil && b.p != nil && (a.p == b.p || link(a.p, b.p))
}

// link reports false if either is dead. Both sides change under both locks,
// so that an ending process either tells the other or was never linked to it.
func link(p, q *proc) bool {
	lockBoth(p, q)
	defer unlockBoth(p, q)
	if p.state == dead || q.state == dead {
		return false
	}
	p.extra().links.add(q)
	q.extra().links.add(p)
	return true
}

func unlink(p, q *proc) {
	if p == q {
		return
	}
	lockBoth(p, q)
	defer unlockBoth(p, q)
	if p.ext != nil {
		p.ext.links.remove(q)
	}
	if q.ext != nil {
		q.ext.links.remove(p)
	}
}

// lockBoth locks two different processes, always in the same order.
func lockBoth(p, q *proc) {
	if p.node.seq > q.node.seq || p.node == q.node && p.id > q.id {
		p, q = q, p
	}
	p.mu.Lock()
	q.mu.Lock()
}

func unlockBoth(p, q *proc) {
	q.mu.Unlock()
	p.mu.Unlock()
}
