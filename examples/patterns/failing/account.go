// Package failing shows what a server answers with an error, what it crashes on, and what its callers make of it.
package failing

import (
	"context"
	"errors"
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// ErrFunds is an answer like any other: the account holds less.
var ErrFunds = errors.New("not enough money")

type account struct{ cents, moves int }

type withdraw struct {
	genserver.CallTo[*account, int]
	cents int
}

// Ref is how the rest of the program holds an account.
type Ref = genserver.Ref[*account]

// Child is an account as a child of a supervisor.
func Child(id string, cents int) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *account { return &account{cents: cents} })
}

// Init begins with what was given.
func (s *account) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *account) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case withdraw:
		if req.cents > s.cents {
			return req.Fail(from, ErrFunds) // expected: the caller decides, the state is sound
		}
		s.cents -= req.cents
		s.moves++
		if s.cents < 0 { // cannot be: whatever led here, the state is not to be trusted
			panic(fmt.Sprintf("account of %d cents after %d moves", s.cents, s.moves))
		}
		return req.Reply(from, s.cents)
	}
	return c.Unhandled(req) // a message that nobody handles is a mistake in the program: a crash too
}

// ErrUnknown says that money was perhaps withdrawn: ask, do not try again.
var ErrUnknown = errors.New("outcome unknown")

// Withdraw takes money. It fails with ErrFunds, with ErrUnknown, or with what kept the request from being sent.
func Withdraw(ctx context.Context, a Ref, cents int) (left int, err error) {
	left, err = genserver.Call(ctx, a, withdraw{cents: cents})
	var failed *genserver.CallError
	switch {
	case !errors.As(err, &failed): // an answer, nil or ErrFunds
		return left, err
	case errors.Is(err, process.NoProc), errors.Is(err, genserver.ErrFull): // nobody got the request
		return 0, err
	}
	return 0, fmt.Errorf("%w: %w", ErrUnknown, err) // a timeout, or a crash on the way
}
