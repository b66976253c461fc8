package process

import (
	"log/slog"
	"sync"
	"time"
)

// Timer is a message to come. The zero Timer is none.
type Timer struct{ t *timer }

type timer struct {
	node  *Node
	to    Dest
	owner *proc // the process whose end ends the timer, if it is known
	msg   any
	every time.Duration

	mu    sync.Mutex
	timer *time.Timer
	due   time.Time
	over  bool // fired for the last time, or stopped
}

// SendAfter sends msg to the process itself after d. It arrives in HandleInfo
// or Receive like any message, also after a Cancel that came too late. The
// timer is gone when the process ends. (OTP: erlang:send_after/3.)
func (c *Context) SendAfter(d time.Duration, msg any) Timer {
	return c.p.startTimer(PID{c.p}, d, msg, 0)
}

// SendAfterTo is SendAfter to another process. A Name is looked up when the
// time has come; the timer of a PID is gone when that ends.
func (c *Context) SendAfterTo(to Dest, d time.Duration, msg any) Timer {
	return c.p.startTimer(to, d, msg, 0)
}

// SendEvery sends msg to the process itself every d until it ends or the
// timer is cancelled. Ticks that the process is too slow for pile up in its
// mailbox. d must be positive. (OTP: timer:send_interval/2.)
func (c *Context) SendEvery(d time.Duration, msg any) Timer {
	if d <= 0 {
		panic("process: SendEvery needs a positive interval")
	}
	return c.p.startTimer(PID{c.p}, d, msg, d)
}

// Cancel stops the timer and reports how long it still had to run; ok is
// false if its message has been sent or its process has ended.
func (t Timer) Cancel() (left time.Duration, ok bool) {
	if t.t == nil {
		return 0, false
	}
	left, ok = t.t.stop()
	if ok {
		t.t.disown()
	}
	return left, ok
}

func (p *proc) startTimer(to Dest, d time.Duration, msg any, every time.Duration) Timer {
	t := &timer{node: p.node, to: to, msg: msg, every: every, due: time.Now().Add(d)}
	if p.isDead() { // fenced
		t.over = true
		return Timer{t}
	}
	if pid, ok := to.(PID); ok {
		t.owner = pid.p
		if !t.own() {
			t.over = true
			return Timer{t}
		}
	}
	t.mu.Lock()
	t.timer = time.AfterFunc(d, t.fire)
	t.mu.Unlock()
	return Timer{t}
}

// fire runs on a goroutine of the timer's.
func (t *timer) fire() {
	t.mu.Lock()
	if t.over {
		t.mu.Unlock()
		return
	}
	if t.every > 0 {
		t.due = t.due.Add(t.every)
		t.timer.Reset(time.Until(t.due))
	} else {
		t.over = true
	}
	t.mu.Unlock()
	if t.every == 0 {
		t.disown()
	}
	defer func() { // a Dest of the program's own may panic
		if v := recover(); v != nil {
			t.node.Log(slog.LevelWarn, "timer: Resolve panicked; its message is lost", "to", typeName(t.to), "panic", v)
		}
	}()
	if pid, err := t.to.Resolve(t.node); err == nil && pid.p != nil {
		pid.p.post(Envelope{Msg: t.msg, Kind: KindInfo})
	}
}

func (t *timer) stop() (left time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return 0, false
	}
	t.over = true
	if t.timer != nil {
		t.timer.Stop()
	}
	return max(0, time.Until(t.due)), true
}

// own makes the timer end with its process. It reports false if that is dead.
func (t *timer) own() bool {
	p := t.owner
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == dead {
		return false
	}
	ext := p.extra()
	if ext.timers == nil {
		ext.timers = make(map[*timer]struct{})
	}
	ext.timers[t] = struct{}{}
	return true
}

func (t *timer) disown() {
	if p := t.owner; p != nil {
		p.mu.Lock()
		if p.ext != nil {
			delete(p.ext.timers, t)
		}
		p.mu.Unlock()
	}
}
