package process

import (
	"context"
	"runtime"
	"sync/atomic"
)

// Down tells a process that one it monitors has ended. (OTP: {'DOWN', ...}.)
type Down struct {
	Ref     MonitorRef
	Subject Dest // what Monitor was asked for: the name, if it was a name
	PID     PID  // who ended; the zero PID if there was nobody
	Reason  error
}

// MonitorRef identifies one monitor.
type MonitorRef struct{ id uint64 }

// IsZero reports whether the reference is no monitor's.
func (r MonitorRef) IsZero() bool { return r.id == 0 }

var lastRef atomic.Uint64

// watcher is who hears of a process's end: a process that monitors it, or a
// Wait.
type watcher struct {
	p       *proc
	subject Dest
	done    chan<- error
}

// Monitor asks for one Down message when the process ends, at once and with
// NoProc if there is none. Each call makes a monitor of its own; the monitored
// process does not notice. (OTP: monitor/2.)
func (c *Context) Monitor(to Dest) MonitorRef {
	p, ref := c.p, lastRef.Add(1)
	pid, err := find(to, p.node)
	p.mu.Lock()
	if p.state == dead {
		p.mu.Unlock()
		return MonitorRef{ref}
	}
	ext := p.extra()
	if ext.watching == nil {
		ext.watching = make(map[uint64]*proc)
	}
	ext.watching[ref] = pid.p
	p.mu.Unlock()
	w := watcher{p: p, subject: to}
	if err != nil || !pid.p.watch(ref, w) {
		w.down(ref, pid, NoProc)
	}
	return MonitorRef{ref}
}

// DemonitorOption is an option of Demonitor.
type DemonitorOption func(*demonitor)

type demonitor struct{ flush bool }

// Flush makes Demonitor also take back a Down that waits in the mailbox.
func Flush() DemonitorOption { return func(d *demonitor) { d.flush = true } }

// Demonitor ends a monitor: after it returns, no Down of it arrives in the
// mailbox. It reports whether the monitor still stood. (OTP: demonitor/2.)
func (c *Context) Demonitor(ref MonitorRef, opts ...DemonitorOption) bool {
	var d demonitor
	for _, opt := range opts {
		opt(&d)
	}
	p := c.p
	p.mu.Lock()
	var target *proc
	stood := false
	if p.ext != nil {
		target, stood = p.ext.watching[ref.id]
		delete(p.ext.watching, ref.id)
		if d.flush {
			delete(p.ext.downs, ref.id)
		}
	}
	p.mu.Unlock()
	if target != nil {
		target.unwatch(ref.id)
	}
	return stood
}

// TakeDown says that a message of KindDown is about to be handled. It reports
// false if the Down was flushed meanwhile and is none any more. It is for the
// authors of behaviours, who call it once for each.
func (c *Context) TakeDown(m *Envelope) bool { return c.p.takeDown(m.Msg.(Down).Ref) }

func (p *proc) takeDown(ref MonitorRef) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.hasDown(ref) {
		return false
	}
	delete(p.ext.downs, ref.id)
	return true
}

// hasDown reports whether a Down waits and was not flushed. p.mu is held.
func (p *proc) hasDown(ref MonitorRef) bool {
	if p.ext == nil {
		return false
	}
	_, ok := p.ext.downs[ref.id]
	return ok
}

// watch reports false if p is dead.
func (p *proc) watch(ref uint64, w watcher) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == dead {
		return false
	}
	ext := p.extra()
	if ext.watchers == nil {
		ext.watchers = make(map[uint64]watcher)
	}
	ext.watchers[ref] = w
	return true
}

func (p *proc) unwatch(ref uint64) {
	p.mu.Lock()
	if p.ext != nil {
		delete(p.ext.watchers, ref)
	}
	p.mu.Unlock()
}

// down delivers a Down, unless the monitor was taken back meanwhile.
func (w watcher) down(ref uint64, pid PID, reason error) {
	if w.done != nil {
		w.done <- reason // has room
		return
	}
	p := w.p
	p.mu.Lock()
	if p.state == dead || p.ext == nil {
		p.mu.Unlock()
		return
	}
	if _, stands := p.ext.watching[ref]; !stands {
		p.mu.Unlock()
		return
	}
	delete(p.ext.watching, ref)
	if p.ext.downs == nil {
		p.ext.downs = make(map[uint64]struct{})
	}
	p.ext.downs[ref] = struct{}{}
	p.box.push(Envelope{
		Msg:  Down{Ref: MonitorRef{ref}, Subject: w.subject, PID: pid, Reason: reason},
		Kind: KindDown,
	}, &p.spare)
	p.wakeAndUnlock()
}

// Wait blocks until pid has ended and those who are linked to it or monitor it
// have heard of that, and returns its exit reason, NoProc if it was dead already. err is the context's if that ends first. Any goroutine
// may wait; a process that must not block monitors instead.
func Wait(ctx context.Context, pid PID) (reason, err error) {
	return waitAfter(ctx, pid, func() {})
}

// PostAndWait is Post, then a Wait that misses nothing, for the authors of
// behaviours. Like Ask it says ErrTimeout when the context's time is over.
func PostAndWait(ctx context.Context, to PID, kind Kind, msg any) (reason, err error) {
	if err := fence(ctx); err != nil {
		return nil, err
	}
	over, err := Waiting(ctx, to)
	if err != nil {
		return nil, err
	}
	defer over()
	reason, err = waitAfter(ctx, to, func() { to.p.post(Envelope{Msg: msg, Kind: kind}) })
	if err != nil {
		return nil, reasonOf(err)
	}
	return reason, nil
}

func waitAfter(ctx context.Context, pid PID, do func()) (reason, err error) {
	done := make(chan error, 1)
	ref := lastRef.Add(1)
	if pid.p == nil {
		return NoProc, nil
	}
	if !pid.p.watch(ref, watcher{done: done}) {
		for pid.p.ended.Load() != told { // it does not take long
			runtime.Gosched()
		}
		return NoProc, nil
	}
	do()
	select {
	case reason := <-done:
		return reason, nil
	case <-ctx.Done():
		pid.p.unwatch(ref)
		return nil, ctx.Err()
	}
}
