package process

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

// Exited is what an exit signal becomes in a process that traps exits: From,
// linked to it or the sender of an Exit, ended or asks it to end. (OTP:
// {'EXIT', From, Reason}.)
type Exited struct {
	From   PID
	Reason error
}

// Exit sends an exit signal to a process. One that traps exits gets an
// Exited message. Another ignores Normal (unless it sends it to itself) and
// ends with any other reason: at once if it is idle, else when its callback
// returns, with its context cancelled meanwhile. Kill cannot be trapped and
// does not wait: a busy process is abandoned, see the package comment. Exit
// does nothing if pid is dead. (OTP: exit/2.)
func Exit(ctx context.Context, pid PID, reason error) {
	if pid.p == nil || fence(ctx) != nil {
		return
	}
	if reason == nil {
		reason = Normal
	}
	from := procOf(ctx)
	switch p := pid.p; {
	case reason != Kill:
		p.exitSignal(PID{from}, reason, false)
	case from == p: // its goroutine is this one
		p.mu.Lock()
		p.doomAndUnlock(Killed)
	default:
		p.kill()
	}
}

// exitSignal is the arrival of an exit signal other than Kill. One that comes
// over a link counts only while the link stands, and breaks it.
func (p *proc) exitSignal(from PID, reason error, linked bool) {
	p.mu.Lock()
	switch {
	case p.state == dead || linked && (p.ext == nil || !p.ext.links.remove(from.p)):
		p.mu.Unlock()
	case p.trap:
		p.box.push(Envelope{Msg: Exited{From: from, Reason: reason}, Kind: KindExit}, &p.spare)
		p.wakeAndUnlock()
	case reason == Normal && (linked || from.p != p):
		p.mu.Unlock()
	default:
		p.doomAndUnlock(reason)
	}
}

// doomAndUnlock makes the process end as soon as its code lets it. It jumps
// the mailbox, as an untrapped signal does in OTP.
func (p *proc) doomAndUnlock(reason error) {
	if p.state == dead || !p.ended.CompareAndSwap(0, doomed) {
		p.mu.Unlock()
		return
	}
	p.reason = reason
	in := p.cancel.Load()
	p.wakeAndUnlock()
	if in != nil {
		in.cancel(reason)
	}
}

// kill ends the process from outside; a callback that runs is abandoned.
func (p *proc) kill() {
	p.mu.Lock()
	was, w := p.state, p.worker
	if was == running {
		p.abandoned = true
		p.node.abandoned.Add(1)
	}
	p.finishAndUnlock(Killed, Killed)
	switch was {
	case idle: // there is no goroutine to do it
		p.release()
	case parked:
		w.wake <- struct{}{}
	case running:
		p.warnAbandoned()
	}
}

// finish ends the process from its own goroutine.
func (p *proc) finish(reason error) {
	p.mu.Lock()
	p.finishAndUnlock(reason, reason)
}

// finishOwn is finish where the goroutine has come to run the process's code.
func (p *proc) finishOwn(w *worker, reason error) {
	p.mu.Lock()
	if p.state != dead { // else it was abandoned, or was not running
		p.handled += w.begun(p.batch.head)
	}
	p.finishAndUnlock(reason, reason)
}

// finishAndUnlock makes the process dead and tells everybody, in this order:
// the node lists it no more, its name is free and its tables are gone, its
// callers and its starter fail, its links and monitors hear. It does nothing if the process is dead already. startError is what a
// starter gets that still waits.
func (p *proc) finishAndUnlock(reason, startError error) {
	if p.state == dead {
		p.mu.Unlock()
		return
	}
	var starting *Pending
	unstarted := p.state == running && (p.worker == nil || p.worker.starting != nil)
	if p.worker != nil {
		starting, p.worker.starting = p.worker.starting, nil
	}
	p.state, p.worker, p.reason = dead, nil, reason
	p.ended.Store(deadly)
	ext, box, in := p.ext, p.box, p.cancel.Load()
	p.ext, p.box = nil, chain{}
	callers := p.unanswered()
	p.mu.Unlock()

	if in != nil {
		in.cancel(reason)
	}
	p.node.remove(p, endingOf(reason, unstarted)) // whom AtExit tells may wait for no more than that
	if ext != nil {
		p.vacate(ext, reason)
	}
	for _, c := range callers {
		c.q.fail(c.gen, reason)
	}
	box.each(func(m *Envelope) {
		if m.Call != nil {
			m.Call.fail(m.Call.gen(), reason)
		}
	})
	if starting != nil {
		starting.settle(startError)
	}
	if ext != nil {
		p.tell(ext, reason)
	}
	p.ended.Store(told)
}

// vacate gives up what the dead process held: its name, what AtExit tells
// others to take, and the room in its mailbox.
func (p *proc) vacate(ext *extra, reason error) {
	if ext.name != "" {
		p.node.forget(ext.name, p)
	}
	if ext.leaver != nil {
		p.callHook(ext.leaver.Leave, reason)
	}
	p.callHooks(ext.hooks, reason)
	if ext.bound != nil {
		ext.bound.dismiss(reason)
	}
}

// caller is one request of a batch.
type caller struct {
	q   *Pending
	gen uint64
}

// unanswered is who asked what the process has taken from its mailbox: the
// open requests and those of the batch. One of the batch that was answered may
// be in use again, by somebody else or for another process: the generation is
// read before the target, as begin writes them the other way round. p.mu is
// held.
func (p *proc) unanswered() []caller {
	var callers []caller
	for p.open != nil {
		q := p.open
		callers = append(callers, caller{q, q.gen()})
		q.unlink(p)
	}
	p.batch.each(func(m *Envelope) {
		if m.Call == nil {
			return
		}
		gen := m.Call.gen()
		if m.Call.target.Load() == p {
			callers = append(callers, caller{m.Call, gen})
		}
	})
	return callers
}

// tell breaks the dead process's links and monitors and stops its timers.
func (p *proc) tell(ext *extra, reason error) {
	for t := range ext.timers {
		t.stop()
	}
	for _, q := range ext.links.all() {
		q.exitSignal(PID{p}, reason, true)
	}
	for ref, q := range ext.watching {
		if q != nil {
			q.unwatch(ref)
		}
	}
	for ref, w := range ext.watchers {
		if w.done == nil {
			w.down(ref, PID{p}, reason)
		}
	}
	for ref, w := range ext.watchers { // a Wait ends when the others have heard
		if w.done != nil {
			w.down(ref, PID{p}, reason)
		}
	}
}

// forget frees a name if p still has it.
func (n *Node) forget(name Name, p *proc) {
	n.namesMu.Lock()
	if n.names[name] == p {
		delete(n.names, name)
	}
	n.namesMu.Unlock()
}

func (p *proc) warnAbandoned() {
	behaviour, stateType := p.behaviour.Describe()
	p.node.Log(slog.LevelWarn,
		"process abandoned: killed while its code was running; the code may run on beside a replacement",
		slog.String("process", PID{p}.String()),
		slog.String("behaviour", behaviour),
		slog.String("state", stateType),
		slog.String("stack", string(p.node.stackOf(p))))
}

// dumpEvery bounds how often a node looks for a stack.
const dumpEvery = time.Second

// stackOf finds the stack of a process's goroutine in the dump of all: its
// traceback shows the control block as the receiver of work. The dump stops
// the world, so it is made once a second at most.
func (n *Node) stackOf(p *proc) []byte {
	now := time.Now().UnixNano()
	last := n.lastDump.Load()
	if now-last < int64(dumpEvery) || !n.lastDump.CompareAndSwap(last, now) {
		return []byte("not looked for: at most one a second")
	}
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	frame := fmt.Appendf(nil, "(*proc).work(%p", p)
	for g := range bytes.SplitSeq(buf, []byte("\n\n")) {
		if bytes.Contains(g, frame) {
			return bytes.Clone(g)
		}
	}
	return []byte("not found")
}

// stackOfReason is the stack that a crash's reason carries.
func stackOfReason(reason error) []byte {
	switch e := reason.(type) {
	case *PanicError:
		return e.Stack
	case *GoexitError:
		return e.Stack
	}
	return nil
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }
