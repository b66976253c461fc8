package genserver

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/otplint/otplint/runtime/process"
)

// What a server is asked as a server, whatever its callbacks are. (OTP: sys.)
type (
	inspectRequest struct{ read func(Server) any }
	suspendRequest struct{}
	resumeRequest  struct{}
	stopRequest    struct{ reason error }
	idleFired      struct{ seq uint64 }
)

// Inspect runs f on a server's state, in the server's process, between two
// messages, and returns what f returns: that must not be part of the state
// itself. It also works while the server is suspended. A panic in f fails
// Inspect and not the server; a runtime.Goexit in it, as of a test's FailNow,
// ends the server. (OTP: sys:get_state/2.)
func Inspect[S, T any](ctx context.Context, to To[S], f func(S) T) (T, error) {
	var s S
	v, err := systemCall(ctx, to.target(s), resolve[S], inspectRequest{read: func(impl Server) any {
		return f(any(impl).(S))
	}})
	t, _ := v.(T)
	return t, err
}

// Suspend makes a server keep its messages until Resume: calls wait and time
// out, casts queue up, and neither takes up room in a bounded mailbox. (OTP:
// sys:suspend/2.)
func Suspend[S any](ctx context.Context, to To[S]) error {
	var s S
	_, err := systemCall(ctx, to.target(s), resolve[S], suspendRequest{})
	return err
}

// Resume makes a suspended server handle what it kept, in order, and go on.
// It returns when that is done, and fails if the server ends over it.
func Resume[S any](ctx context.Context, to To[S]) error {
	var s S
	_, err := systemCall(ctx, to.target(s), resolve[S], resumeRequest{})
	return err
}

func systemCall(ctx context.Context, a *addr, find func(context.Context, *addr) (process.PID, error), req any) (any, error) {
	pid, err := find(ctx, a)
	if err != nil {
		return nil, callError(a, req, err)
	}
	return ask[any](ctx, pid, a, process.KindSystem, req)
}

// system handles a request of the kinds above.
func (s *server) system(m *process.Envelope) (reason error) {
	switch req := m.Msg.(type) {
	case stopRequest:
		return req.reason
	case idleFired:
		return s.idleFired(req)
	}
	return s.answerSystem(m)
}

func (s *server) answerSystem(m *process.Envelope) (reason error) {
	from := From{m.Call, m.Call.Gen()}
	switch req := m.Msg.(type) {
	case inspectRequest:
		s.inspect(from, req)
	case suspendRequest:
		s.extra().suspended = true
		answer[any](from, nil, nil)
	case resumeRequest:
		reason = s.resume()
		answer[any](from, nil, nil)
	}
	m.Call.Returned(from.gen, reason == nil)
	return reason
}

func (s *server) inspect(from From, req inspectRequest) {
	defer func() {
		if v := recover(); v != nil {
			answer[any](from, nil, fmt.Errorf("genserver: inspect: %w", &process.PanicError{Value: v, Stack: debug.Stack()}))
		}
	}()
	answer(from, req.read(s.impl), nil)
}

// hold keeps a message of a suspended server.
func (s *server) hold(m *process.Envelope) {
	if m.Call != nil {
		m.Call.Hold()
	}
	s.more.held = append(s.more.held, *m)
}

func (s *server) resume() error {
	if s.more == nil || !s.more.suspended {
		return nil
	}
	messages := s.more.held
	s.more.suspended, s.more.held = false, nil
	for i := range messages {
		if s.c.Err() != nil { // an exit signal has come
			return nil
		}
		if reason := s.Handle(s.c.Context, &messages[i]); reason != nil {
			return reason
		}
	}
	if t := &s.more.idle; t.armed {
		s.idleAfter(t.after)
	}
	return nil
}
