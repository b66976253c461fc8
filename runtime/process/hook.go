package process

import (
	"log/slog"
	"sync/atomic"
)

// hook is what to do when a process ends, in a list that proc.mu guards, the
// latest first.
type hook struct {
	f          func(reason error)
	over       atomic.Bool // begun or taken back, whichever was first
	prev, next *hook
}

// AtExit has f called when the process ends, for the authors of behaviours:
// after its name is free and what was asked for before f is done, before
// anybody hears of the end, on whatever goroutine ends it. f must be quick and
// must not wait for a process. AtExit reports false if the process is dead
// already; f is not called then, nor after cancel unless it had begun.
func AtExit(pid PID, f func(reason error)) (cancel func(), ok bool) {
	p := pid.p
	if p == nil {
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == dead {
		return nil, false
	}
	ext := p.extra()
	h := &hook{f: f, next: ext.hooks}
	if h.next != nil {
		h.next.prev = h
	}
	ext.hooks = h
	return func() { p.unhook(h) }, true
}

func (p *proc) unhook(h *hook) {
	h.over.Store(true)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ext == nil { // dead; who ended it walks the list
		return
	}
	switch {
	case h.prev != nil:
		h.prev.next = h.next
	case p.ext.hooks == h:
		p.ext.hooks = h.next
	default: // not in the list any more
		return
	}
	if h.next != nil {
		h.next.prev = h.prev
	}
	h.prev, h.next = nil, nil
}

// callHooks calls those of a process that has ended, in the order in which
// they were asked for: who is told last may count on all that others undo.
func (p *proc) callHooks(h *hook, reason error) {
	for h != nil && h.next != nil {
		h = h.next
	}
	for ; h != nil; h = h.prev {
		if !h.over.Swap(true) {
			p.callHook(h.f, reason)
		}
	}
}

// callHook calls a hook of a process that has ended.
func (p *proc) callHook(f func(reason error), reason error) {
	defer func() {
		if v := recover(); v != nil {
			p.node.Log(slog.LevelError, "AtExit panicked", "process", PID{p}, "panic", v)
		}
	}()
	f(reason)
}
