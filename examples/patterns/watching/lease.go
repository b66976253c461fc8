// Package watching shows a server that watches other processes: it lends them something and takes it back when they end,
// however that comes.
package watching

import (
	"context"
	"errors"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	// ErrNone says that all are lent.
	ErrNone = errors.New("none left")
	// ErrNoProcess refuses to lend to a plain goroutine, whose end nobody could notice.
	ErrNoProcess = errors.New("only a process can borrow")
)

type lender struct {
	size int
	lent map[process.MonitorRef]process.PID
}

type (
	borrow struct {
		genserver.CallTo[*lender, process.MonitorRef]
	}
	giveBack struct {
		genserver.CastTo[*lender]
		lease process.MonitorRef
	}
)

// Ref is how the rest of the program holds the lender.
type Ref = genserver.Ref[*lender]

// Child is a lender of n things as a child of a supervisor.
func Child(id string, n int) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *lender { return &lender{size: n, lent: make(map[process.MonitorRef]process.PID)} })
}

// Lease is what a process has borrowed.
type Lease struct {
	from Ref
	id   process.MonitorRef
}

// Borrow lends one to the process that ctx belongs to, until GiveBack or its end. It fails with ErrNone, ErrNoProcess.
func Borrow(ctx context.Context, l Ref) (Lease, error) {
	id, err := genserver.Call(ctx, l, borrow{})
	return Lease{from: l, id: id}, err
}

// GiveBack ends the lease. Ending it twice is ending it once.
func (l Lease) GiveBack(ctx context.Context) { genserver.Cast(ctx, l.from, giveBack{lease: l.id}) }

// Init begins with all free.
func (s *lender) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *lender) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case borrow:
		if from.PID().IsZero() {
			return req.Fail(from, ErrNoProcess)
		}
		if len(s.lent) >= s.size {
			return req.Fail(from, ErrNone)
		}
		lease := c.Monitor(from.PID())
		s.lent[lease] = from.PID()
		return req.Reply(from, lease)
	}
	return c.Unhandled(req)
}

func (s *lender) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case giveBack:
		c.Demonitor(msg.lease, process.Flush())
		delete(s.lent, msg.lease)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (s *lender) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Down: // the borrower has ended: msg.Reason says how
		delete(s.lent, msg.Ref)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
