package process

import "log/slog"

// hook is what to do when a process ends.
type hook struct{ f func(reason error) }

// AtExit has f called when the process ends, for the authors of behaviours:
// after its name is free, before anybody hears of the end, on whatever
// goroutine ends it. f must be quick and must not wait for a process. AtExit
// reports false if the process is dead already; f is not called then, nor
// after cancel unless it had begun.
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
	if ext.hooks == nil {
		ext.hooks = make(map[*hook]struct{})
	}
	h := &hook{f}
	ext.hooks[h] = struct{}{}
	return func() { p.unhook(h) }, true
}

func (p *proc) unhook(h *hook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ext != nil {
		delete(p.ext.hooks, h)
	}
}

// call calls the hook of a process that has ended.
func (h *hook) call(p *proc, reason error) {
	defer func() {
		if v := recover(); v != nil {
			p.node.Log(slog.LevelError, "AtExit panicked", "process", PID{p}, "panic", v)
		}
	}()
	h.f(reason)
}
