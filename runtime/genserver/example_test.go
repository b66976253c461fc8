package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// lock is a server with a deferred reply: whoever cannot have the lock waits
// for it, and the server goes on.
type lock struct {
	holder  process.MonitorRef
	waiting []genserver.Caller[string]
}

type (
	acquire struct {
		genserver.CallTo[*lock, string]
	}
	release struct{ genserver.CastTo[*lock] }
)

func (s *lock) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *lock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case acquire:
		if s.holder.IsZero() {
			s.holder = c.Monitor(from.PID()) // a holder that dies lets go
			return req.Reply(from, "at once")
		}
		s.waiting = append(s.waiting, req.Caller(from))
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *lock) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case release:
		c.Demonitor(s.holder, process.Flush())
		s.next(c)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (s *lock) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if down, ok := msg.(process.Down); ok && down.Ref == s.holder {
		s.next(c)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (s *lock) next(c *genserver.Context) {
	s.holder = process.MonitorRef{}
	if len(s.waiting) > 0 {
		first := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.holder = c.Monitor(first.PID())
		first.Reply("after a wait")
	}
}

// A call may be answered later, from anywhere; whoever waits for the lock
// gets it when its holder dies.
func Example_deferredReply() {
	ctx := context.Background()
	ref, err := genserver.Start(ctx, func() *lock { return new(lock) })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer genserver.Stop(ctx, ref, nil)

	held := make(chan struct{})
	process.Spawn(ctx, func(c *process.Context) error {
		how, err := genserver.Call(c, ref, acquire{})
		fmt.Println("first got it", how)
		close(held)
		process.Receive(c, process.After(10*time.Millisecond))
		return errors.Join(err, errors.New("crash"))
	})
	<-held
	second, _ := process.Spawn(ctx, func(c *process.Context) error {
		how, err := genserver.Call(c, ref, acquire{})
		fmt.Println("second got it", how)
		return err
	})
	process.Wait(ctx, second)
	// Output:
	// first got it at once
	// second got it after a wait
}

// A failed call says what became of the server.
func ExampleCallError() {
	ctx := context.Background()
	ref, _ := genserver.Start(ctx, func() *lock { return new(lock) })
	genserver.Stop(ctx, ref, nil)

	_, err := genserver.Call(ctx, ref, acquire{})
	fmt.Println(errors.Is(err, process.NoProc))
	// Output: true
}

// Inspect reads a server's state in the server's own process.
func ExampleInspect() {
	ctx := context.Background()
	ref, _ := genserver.Start(ctx, func() *lock { return new(lock) })
	defer genserver.Stop(ctx, ref, nil)
	n, err := genserver.Inspect(ctx, ref, func(s *lock) int { return len(s.waiting) })
	fmt.Println(n, err)
	// Output: 0 <nil>
}
