package genserver

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Handle is called by the process with each message.
func (s *server) Handle(c *process.Context, m *process.Envelope) error {
	if m.Kind == process.KindSystem {
		return s.system(m)
	}
	if m.Kind == process.KindExit {
		if e := m.Msg.(process.Exited); !e.From.IsZero() && e.From == c.Parent() {
			return e.Reason
		}
	}
	if s.more != nil {
		if s.more.suspended {
			s.hold(m)
			return nil
		}
		s.more.idle.clear()
	}
	switch m.Kind {
	case process.KindDown:
		if !c.TakeDown(m) {
			return nil
		}
	case process.KindCall:
		return s.call(m)
	case process.KindCast:
		h, ok := s.impl.(CastHandler)
		if !ok {
			return &UnhandledError{Callback: "HandleCast", Message: fmt.Sprintf("%T", m.Msg), Absent: true}
		}
		r := h.HandleCast(&s.c, m.Msg)
		if r.verdict == noReply && r.then == wait { // as mostly
			return nil
		}
		return s.settle("HandleCast", r)
	}
	return s.info(m.Msg)
}

func (s *server) call(m *process.Envelope) error {
	gen := m.Call.Gen()
	h, ok := s.impl.(CallHandler)
	if !ok {
		return &UnhandledError{Callback: "HandleCall", Message: fmt.Sprintf("%T", m.Msg), Absent: true}
	}
	r := h.HandleCall(&s.c, From{m.Call, gen}, m.Msg)
	switch r.verdict {
	case replied, noReply:
		m.Call.Returned(gen, true)
		if r.then == wait {
			return nil
		}
	case stop:
		s.extra().last = From{m.Call, gen}
	case carry:
		return &BadReturn{Callback: "HandleCall"}
	}
	return s.settle("HandleCall", r)
}

func (s *server) info(msg any) error {
	h, ok := s.impl.(InfoHandler)
	if !ok {
		s.logUnhandled(msg)
		return nil
	}
	return s.settle("HandleInfo", h.HandleInfo(&s.c, msg))
}

// settle does what a callback's result says and asks for next; a non-nil
// error ends the server.
func (s *server) settle(callback string, r Result) error {
	for {
		switch r.verdict {
		case carry, noReply, replied:
		case stop:
			return r.reason
		case unhandled:
			if callback != "HandleInfo" {
				return &UnhandledError{Callback: callback, Message: fmt.Sprintf("%T", r.arg)}
			}
			s.logUnhandled(r.arg)
			return nil
		default:
			return &BadReturn{Callback: callback}
		}
		switch r.then {
		case wait:
			return nil
		case waitIdle:
			s.idleAfter(r.timeout)
			return nil
		}
		if s.c.Err() != nil { // an exit signal has come
			return nil
		}
		h, ok := s.impl.(ContinueHandler)
		if !ok {
			return &UnhandledError{Callback: "HandleContinue", Message: fmt.Sprintf("%T", r.arg), Absent: true}
		}
		callback, r = "HandleContinue", h.HandleContinue(&s.c, r.arg)
	}
}

func (s *server) logUnhandled(msg any) {
	s.c.Node().Log(slog.LevelWarn, "message not handled",
		slog.String("process", s.c.Self().String()),
		slog.String("state", s.kind.typ.String()),
		slog.String("message", fmt.Sprintf("%T", msg)),
		slog.String("value", fmt.Sprintf("%.200s", fmt.Sprintf("%+v", msg))))
}

// idleTimer is a server's idle timeout.
type idleTimer struct {
	timer *time.Timer
	seq   uint64 // of the timeout that counts; a later one outdates a message on its way
	after time.Duration
	armed bool
}

func (t *idleTimer) clear() {
	if t.armed {
		t.armed = false
		if t.timer != nil {
			t.timer.Stop()
		}
	}
}

func (s *server) idleAfter(d time.Duration) {
	t := &s.extra().idle
	t.seq++
	t.armed, t.after = true, d
	self, fired := s.c.Self(), idleFired{seq: t.seq}
	post := func() { _ = process.Post(context.Background(), self, process.KindSystem, fired, false) }
	if d <= 0 {
		post() // behind what is queued, which will clear it
		return
	}
	t.timer = time.AfterFunc(d, post)
}

func (s *server) idleFired(f idleFired) error {
	if s.more == nil || s.more.suspended {
		return nil
	}
	t := &s.more.idle
	if !t.armed || t.seq != f.seq {
		return nil
	}
	t.armed = false
	return s.info(Timeout{})
}
