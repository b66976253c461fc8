package genserver

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// DefaultTimeout is how long a call waits whose context has no deadline.
const DefaultTimeout = 5 * time.Second

// Call sends a request and waits for the answer, until the context ends or,
// if it has no deadline, for DefaultTimeout. Any goroutine may call. It fails
// with a *CallError, at once when the server is dead or dies, or with what
// the server said with Fail. After a timeout the request may still be
// executed; the late answer is dropped. An expired context sends nothing.
//
// In a process, call with the process's own context or one made from it: then
// a call to itself, or one that closes a circle of waiting processes, fails
// at once. With another context Go cannot tell who calls. Such a context
// stands for the process wherever it is used: a goroutine that a callback
// starts and that calls back needs a context of its own.
func Call[S, R any](ctx context.Context, to To[S], req Request[S, R]) (R, error) {
	var s S
	a := to.target(s)
	pid, err := resolve[S](ctx, a)
	if err != nil {
		var none R
		return none, callError(a, req, err)
	}
	return ask[R](ctx, pid, a, process.KindCall, req)
}

// ask is a call to a process that is known to be the right server.
func ask[R any](ctx context.Context, pid process.PID, a *addr, kind process.Kind, req any) (v R, err error) {
	c := getCell[R](pid)
	if err := c.Ask(ctx, pid, kind, req, DefaultTimeout); err != nil {
		return v, callError(a, req, err) // the cell is left to whoever may still answer
	}
	v, err = c.val, c.err
	putCell(c, pid)
	return v, err
}

func callError(a *addr, req any, reason error) error {
	return &CallError{To: a.String(), Request: fmt.Sprintf("%T", req), Reason: reason}
}

// Cast sends a message and does not wait, but for room in a mailbox that is
// Bounded with process.Block. Whether it arrives nobody learns: use a call
// where that matters. The context names the sender and the node.
func Cast[S any](ctx context.Context, to To[S], msg Message[S]) {
	_ = cast(ctx, to, msg, true)
}

// TryCast is Cast that never waits and tells what is known at once:
// process.NoProc, ErrWrongServer, ErrFenced, ErrFull. nil does not mean that
// it will be handled.
func TryCast[S any](ctx context.Context, to To[S], msg Message[S]) error {
	return cast(ctx, to, msg, false)
}

func cast[S any](ctx context.Context, to To[S], msg Message[S], wait bool) error {
	var s S
	a := to.target(s)
	pid, err := resolve[S](ctx, a)
	if err == nil {
		err = process.Post(ctx, pid, process.KindCast, msg, wait)
	}
	if err != nil && !wait { // a Cast tells nobody
		err = fmt.Errorf("cast %T to %v: %w", msg, a, err)
	}
	return err
}

// Stop ends a server as if a callback had returned c.Stop(reason), and waits
// until it has ended. It fails with a *CallError: ErrTimeout if the context
// ends first, process.NoProc, ErrCallingSelf, or the exit reason if that was
// another than asked for. nil is Normal. (OTP: gen_server:stop/3.)
func Stop[S any](ctx context.Context, to To[S], reason error) error {
	var s S
	a := to.target(s)
	request := stopRequest{reason: reason}
	if reason == nil {
		request.reason = process.Normal
	}
	pid, err := resolve[S](ctx, a)
	if err != nil {
		return callError(a, request, err)
	}
	got, err := process.PostAndWait(ctx, pid, process.KindSystem, request)
	switch {
	case err != nil:
		return callError(a, request, err)
	case !same(got, request.reason):
		return callError(a, request, got)
	}
	return nil
}

// same compares two reasons, of types that need not be comparable.
func same(a, b error) (equal bool) {
	defer func() {
		if recover() != nil {
			equal = reflect.DeepEqual(a, b)
		}
	}()
	return a == b
}

// Invoke is Call for transports and tools, which know requests only as
// values: req is a struct that embeds a CallTo.
func Invoke(ctx context.Context, to process.Dest, req any) (any, error) {
	r, ok := req.(interface {
		invoke(context.Context, process.Dest, any) (any, error)
	})
	if !ok || reflect.TypeOf(req).Kind() == reflect.Pointer {
		return nil, fmt.Errorf("genserver: %T is not a request: it has to be a struct that embeds a CallTo by value", req)
	}
	return r.invoke(ctx, to, req)
}
