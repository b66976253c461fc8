package genserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// CallTo makes a struct that embeds it, first and by value, a call to servers
// of type S that is answered with an R. Handlers switch on the struct's type,
// not on a pointer to it.
type CallTo[S, R any] struct {
	_ [0]*S
	_ [0]*R
}

// CastTo makes a struct that embeds it, first and by value, a cast to servers
// of type S.
type CastTo[S any] struct{ _ [0]*S }

// Request is a call to an S that is answered with an R: a struct that embeds
// CallTo[S, R].
type Request[S, R any] interface{ request(S, R) }

// Message is a cast to an S: a struct that embeds CastTo[S].
type Message[S any] interface{ message(S) }

func (CallTo[S, R]) request(S, R) {}
func (CastTo[S]) message(S)       {}

// Reply is the result of a HandleCall that answers. The answer leaves when
// the callback has returned, after Terminate if the server stops, and not at
// all if the callback panics: then the caller gets the panic. Once the
// callback has returned, Reply answers at once. The first answer counts. It
// panics if from is another request's and that has another type of answer.
func (CallTo[S, R]) Reply(from From, v R) Result {
	answer(from, v, nil)
	return Result{verdict: replied}
}

// Fail is Reply with an error, which the caller gets as it is. The server
// lives.
func (CallTo[S, R]) Fail(from From, err error) Result {
	var none R
	answer(from, none, failure(err))
	return Result{verdict: replied}
}

// Caller is for answering later: keep it, return c.NoReply, and have anyone
// call its Reply or Fail. (OTP: gen_server:reply/2.)
func (CallTo[S, R]) Caller(from From) Caller[R] {
	cellOf[R](from)
	if from.q.Current(from.gen) {
		from.q.Loosen()
	}
	return Caller[R]{from: from}
}

// From identifies a request that is being handled.
type From struct {
	q   *process.Pending
	gen uint64
}

// PID is the process that called, the zero PID for a plain goroutine or a
// request that is over.
func (f From) PID() process.PID {
	if f.q == nil {
		return process.PID{}
	}
	pid, _ := f.q.Caller(f.gen)
	return pid
}

// Deadline is when the caller's context ends, if it has a deadline. A caller
// without one waits DefaultTimeout.
func (f From) Deadline() (time.Time, bool) {
	if f.q == nil {
		return time.Time{}, false
	}
	_, until := f.q.Caller(f.gen)
	if until == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, until), true
}

// Caller is somebody who waits for an R. It answers at once, once, from any
// goroutine; later answers are dropped, as is one that comes when the caller
// has given up. If the server ends first, the caller gets its exit reason.
type Caller[R any] struct{ from From }

// Reply answers, and reports whether that was the first answer to a caller who
// still waited: what was handed out to one who had given up can be taken back.
func (c Caller[R]) Reply(v R) (first bool) { return answer(c.from, v, nil) }

// Fail is Reply with an error.
func (c Caller[R]) Fail(err error) (first bool) {
	var none R
	return answer(c.from, none, failure(err))
}

// PID is the process that waits, the zero PID for a plain goroutine.
func (c Caller[R]) PID() process.PID { return c.from.PID() }

// IsZero reports whether c is the zero Caller, which nobody may answer.
func (c Caller[R]) IsZero() bool { return c.from.q == nil }

// failure makes sure that a failed call does not look like an answered one.
func failure(err error) error {
	if err == nil {
		return errors.New("genserver: the server failed the call with a nil error")
	}
	return err
}

func answer[R any](from From, v R, err error) (first bool) {
	c := cellOf[R](from)
	return from.q.Answer(from.gen, func() { c.val, c.err = v, err })
}

func cellOf[R any](from From) *cell[R] {
	if from.q == nil {
		panic("genserver: answer to the zero From or Caller")
	}
	c, ok := from.q.Owner.(*cell[R])
	if !ok {
		panic(fmt.Sprintf("genserver: answer of type %T with the From of another request", *new(R)))
	}
	return c
}

// invoke is Call for a request whose types only its embed knows.
func (CallTo[S, R]) invoke(ctx context.Context, to process.Dest, req any) (any, error) {
	return Call[S, R](ctx, RefTo[S](to), req.(Request[S, R]))
}
