package genserver

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otplint/otplint/runtime/process"
)

var (
	// ErrTimeout is the Reason of a call that was not answered in time. The
	// server still executes it; the late answer is dropped. It is a
	// context.DeadlineExceeded for errors.Is.
	ErrTimeout = process.ErrTimeout
	// ErrCallingSelf is the Reason of a server's call to itself.
	ErrCallingSelf = process.ErrCallingSelf
	// ErrWrongServer says that a name or other destination leads to a process
	// that is not the server that the reference promises.
	ErrWrongServer = errors.New("wrong server: the process is of another type")
	// ErrIgnore is returned by a start whose Init returned c.Ignore.
	ErrIgnore = process.ErrIgnore
	// ErrFenced refuses the sends of a process that has ended.
	ErrFenced = process.ErrFenced
	// ErrFull refuses what a bounded mailbox has no room for; see Bounded.
	ErrFull = process.ErrFull
)

// DeadlockError is the Reason of a call that would have closed a circle of
// waiting servers.
type DeadlockError = process.DeadlockError

// CallError is the failure of a call that got no answer: where an Elixir
// caller exits, a Go caller gets this. Reason is the server's exit reason,
// process.NoProc, ErrTimeout, ErrCallingSelf, a *DeadlockError, ErrWrongServer,
// ErrFenced or context.Canceled; errors.Is and As see through to it. What a
// server says with Fail arrives as it is.
type CallError struct {
	To, Request string // the server and the request's type, for people
	Reason      error
}

func (e *CallError) Error() string {
	return fmt.Sprintf("call %s to %s: %v", e.Request, e.To, e.Reason)
}

func (e *CallError) Unwrap() error { return e.Reason }

// BadReturn is the exit reason of a server whose callback returned a Result
// that it may not return, such as the zero one. (OTP: bad_return_value.)
type BadReturn struct{ Callback string }

func (e *BadReturn) Error() string {
	return fmt.Sprintf("%s returned a result that it may not return: %s", e.Callback, mayReturn(e.Callback))
}

// mayReturn says what a callback may return.
func mayReturn(callback string) string {
	switch callback {
	case "Init":
		return "c.OK, c.Ignore or c.Stop, the first with Continue or Timeout"
	case "HandleCall":
		return "the request's Reply or Fail, c.NoReply when its Caller answers later, c.Stop or c.Unhandled; not c.OK, nor the zero Result"
	}
	return "c.NoReply, c.Stop or c.Unhandled; not the zero Result"
}

// UnhandledError is the exit reason of a server that got a call or cast it
// has no case for.
type UnhandledError struct {
	Callback, Message string // HandleCall or HandleCast; the message's type
	Absent            bool   // the server has no such callback
}

func (e *UnhandledError) Error() string {
	switch {
	case e.Absent:
		return fmt.Sprintf("the server has no %s for %s", e.Callback, e.Message)
	case strings.HasPrefix(e.Message, "*"):
		return fmt.Sprintf("%s has no case for %s: messages are values, so send it without the &", e.Callback, e.Message)
	}
	return fmt.Sprintf("%s has no case for %s", e.Callback, e.Message)
}
