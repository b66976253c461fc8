// Package genserver: SKELETON of the public API, being replaced by the real thing.
package genserver

import (
	"context"
	"errors"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

type addr struct{ _ int }
type header struct{ _ int }

type Ref[S any] struct {
	_ [0]*S
	a *addr
}

func (r Ref[S]) target(S) *addr     { return r.a }
func (r Ref[S]) Dest() process.Dest { panic("skeleton") }
func (r Ref[S]) IsZero() bool       { panic("skeleton") }
func (r Ref[S]) String() string     { panic("skeleton") }

// To is a Ref[S] or any struct that embeds one.
type To[S any] interface{ target(S) *addr }

func Named[S any](n process.Name) Ref[S]              { panic("skeleton") }
func RefTo[S any](d process.Dest) Ref[S]              { panic("skeleton") }
func View[I, S any](r Ref[S], proof func(S) I) Ref[I] { panic("skeleton") }

type CallTo[S, R any] struct {
	_ [0]*S
	_ [0]*R
}

func (CallTo[S, R]) request(S, R)                     {}
func (CallTo[S, R]) Reply(from From, v R) Result      { panic("skeleton") }
func (CallTo[S, R]) Fail(from From, err error) Result { panic("skeleton") }
func (CallTo[S, R]) Caller(from From) Caller[R]       { panic("skeleton") }

type CastTo[S any] struct{ _ [0]*S }

func (CastTo[S]) message(S) {}

type Request[S, R any] interface{ request(S, R) }
type Message[S any] interface{ message(S) }

type Caller[R any] struct{ from From }

func (c Caller[R]) Reply(v R)        { panic("skeleton") }
func (c Caller[R]) Fail(err error)   { panic("skeleton") }
func (c Caller[R]) PID() process.PID { panic("skeleton") }
func (c Caller[R]) IsZero() bool     { panic("skeleton") }

type From struct {
	h   *header
	gen uint64
}

func (f From) PID() process.PID            { panic("skeleton") }
func (f From) Deadline() (time.Time, bool) { panic("skeleton") }

func Call[S, R any](ctx context.Context, to To[S], req Request[S, R]) (R, error) { panic("skeleton") }
func Cast[S any](ctx context.Context, to To[S], msg Message[S])                  { panic("skeleton") }
func TryCast[S any](ctx context.Context, to To[S], msg Message[S]) error         { panic("skeleton") }
func Stop[S any](ctx context.Context, to To[S], reason error) error              { panic("skeleton") }
func Start[S Server](ctx context.Context, newServer func() S, opts ...Option) (Ref[S], error) {
	panic("skeleton")
}
func StartLink[S Server](c *process.Context, newServer func() S, opts ...Option) (Ref[S], error) {
	panic("skeleton")
}
func Inspect[S, T any](ctx context.Context, to To[S], f func(S) T) (T, error) { panic("skeleton") }
func Suspend[S any](ctx context.Context, to To[S]) error                      { panic("skeleton") }
func Resume[S any](ctx context.Context, to To[S]) error                       { panic("skeleton") }
func Invoke(ctx context.Context, to process.Dest, req any) (any, error)       { panic("skeleton") }

type Option func()

func WithName(n process.Name) Option      { panic("skeleton") }
func StartTimeout(d time.Duration) Option { panic("skeleton") }

type Context struct {
	*process.Context
	s *int
}

func (c *Context) OK() Result               { panic("skeleton") }
func (c *Context) Ignore() Result           { panic("skeleton") }
func (c *Context) NoReply() Result          { panic("skeleton") }
func (c *Context) Stop(reason error) Result { panic("skeleton") }
func (c *Context) Unhandled(msg any) Result { panic("skeleton") }

type Result struct{ kind uint8 }

func (r Result) Stop(reason error) Result       { panic("skeleton") }
func (r Result) Continue(arg any) Result        { panic("skeleton") }
func (r Result) Timeout(d time.Duration) Result { panic("skeleton") }

// Timeout is the info message of an idle timeout (Result.Timeout).
type Timeout struct{}

type Server interface{ Init(c *Context) Result }
type CallHandler interface {
	HandleCall(c *Context, from From, req any) Result
}
type CastHandler interface {
	HandleCast(c *Context, msg any) Result
}
type InfoHandler interface {
	HandleInfo(c *Context, msg any) Result
}
type ContinueHandler interface {
	HandleContinue(c *Context, arg any) Result
}
type Terminator interface {
	Terminate(c *Context, reason error)
}

type CallError struct {
	To, Request string
	Reason      error
}

func (e *CallError) Error() string { panic("skeleton") }
func (e *CallError) Unwrap() error { return e.Reason }

var (
	ErrTimeout     = process.ErrTimeout
	ErrCallingSelf = errors.New("calling self")
	ErrWrongServer = errors.New("wrong server")
	ErrIgnore      = process.ErrIgnore
	ErrFull        = errors.New("mailbox full")
	ErrFenced      = process.ErrFenced
)

type DeadlockError struct{ Chain []process.PID }

func (e *DeadlockError) Error() string { panic("skeleton") }

// BadReturn is the exit reason of a server whose callback returned the zero Result (OTP: bad_return_value).
type BadReturn struct{ Callback string }

func (e *BadReturn) Error() string { panic("skeleton") }

// UnhandledError is the exit reason of a server that got a call or cast no case handles.
type UnhandledError struct{ Kind, Message string }

func (e *UnhandledError) Error() string { panic("skeleton") }
