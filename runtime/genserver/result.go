package genserver

import (
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Result is what a callback returns. It is made by the Context's methods and
// by the messages' Reply and Fail; the zero Result is a mistake that crashes
// the server with a *BadReturn.
type Result struct {
	verdict verdict
	then    after
	timeout time.Duration
	arg     any   // of a Continue, or the message that was not handled
	reason  error // of a stop
}

type verdict uint8

const (
	_ verdict = iota
	carry
	noReply
	replied
	ignore
	stop
	unhandled
)

// after is what the server does next.
type after uint8

const (
	wait after = iota
	waitIdle
	goOn
)

// OK carries on. It is what Init returns; in HandleCall it is a mistake.
func (c *Context) OK() Result { return Result{verdict: carry} }

// Ignore lets a start return ErrIgnore and the process end as Normal, without
// Terminate. It is for Init.
func (c *Context) Ignore() Result { return Result{verdict: ignore} }

// NoReply carries on without an answer: in HandleCall because the request's
// Caller will answer later, elsewhere because none is due.
func (c *Context) NoReply() Result { return Result{verdict: noReply} }

// Stop ends the server with reason, after Terminate; nil is Normal. Whoever
// waits for an answer fails with the reason. In Init it fails the start.
func (c *Context) Stop(reason error) Result { return Result{}.Stop(reason) }

// Unhandled is for a message that no case takes. A call or cast crashes the
// server with an *UnhandledError; any other message is logged.
func (c *Context) Unhandled(msg any) Result { return Result{verdict: unhandled, arg: msg} }

// Stop ends the server with reason once Terminate has run; an answer made by
// Reply leaves after that.
func (r Result) Stop(reason error) Result {
	if reason == nil {
		reason = process.Normal
	}
	r.verdict, r.reason, r.then = stop, reason, wait
	return r
}

// Continue has HandleContinue called with arg before any message is handled,
// after an answer has left.
func (r Result) Continue(arg any) Result {
	r.then, r.arg = goOn, arg
	return r
}

// Timeout has HandleInfo called with Timeout{} if no message arrives within
// d. Any message ends the wait; zero means that none is there now.
func (r Result) Timeout(d time.Duration) Result {
	r.then, r.timeout = waitIdle, d
	return r
}

// Timeout is the message of an idle timeout, see Result.Timeout.
type Timeout struct{}
