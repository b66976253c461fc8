package health

import (
	"context"
	"errors"
	"runtime/debug"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
)

// check is a condition of readiness beside the tree.
type check struct {
	name string
	f    func(context.Context) error
	busy atomic.Bool // it has not returned yet
}

var (
	errLate   = errors.New("it did not answer in time")
	errGoexit = errors.New("it called runtime.Goexit")
	errBusy   = errors.New("it has not returned since it was last asked")
)

// runChecks runs the checks side by side. What it returns waits for them, no
// longer than ctx lasts, and tells what is wrong.
func runChecks(ctx context.Context, checks []*check) (wait func() []problem) {
	results := make([]chan error, len(checks))
	for i, c := range checks {
		results[i] = make(chan error, 1)
		if !c.busy.CompareAndSwap(false, true) {
			results[i] <- errBusy
			continue
		}
		go c.run(ctx, results[i])
	}
	return func() (problems []problem) {
		for i, c := range checks {
			if err := await(ctx, results[i]); err != nil {
				problems = append(problems, problem{Check: c.name, Problem: "failed", Reason: text(err)})
			}
		}
		return problems
	}
}

// run calls the check. A panic or a Goexit in it is no more than an error.
func (c *check) run(ctx context.Context, result chan<- error) {
	err := errGoexit
	defer func() {
		if v := recover(); v != nil {
			err = &process.PanicError{Value: v, Stack: debug.Stack()}
		}
		c.busy.Store(false)
		result <- err
	}()
	err = c.f(ctx)
}

func await(ctx context.Context, result <-chan error) error {
	select {
	case err := <-result:
		return err
	default:
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return errLate
	}
}
