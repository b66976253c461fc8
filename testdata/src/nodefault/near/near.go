// Package near has servers that ask for nothing, or take what they ask for.
package near

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
)

// Handles has the cases, one in a helper.
type Handles struct{ pid process.PID }

func (s *Handles) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	c.Link(s.pid)
	c.Monitor(s.pid)
	task.Async(c, func(context.Context) (int, error) { return 1, nil }).Notify(c.Context)
	return c.OK().Timeout(time.Second)
}

func (s *Handles) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case process.Down, genserver.Timeout:
		return c.NoReply()
	}
	return s.rest(c, msg)
}

func (s *Handles) rest(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Exited:
		return c.Stop(msg.Reason)
	case task.Done[int]:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Drops says that it wants none of it.
type Drops struct{ pid process.PID }

func (s *Drops) Init(c *genserver.Context) genserver.Result {
	c.Monitor(s.pid)
	return c.OK()
}

func (s *Drops) HandleInfo(c *genserver.Context, msg any) genserver.Result { return c.NoReply() }

// Iface takes what has a reason.
type Iface struct{ pid process.PID }

func (s *Iface) Init(c *genserver.Context) genserver.Result {
	c.Monitor(s.pid)
	return c.OK()
}

func (s *Iface) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if _, ok := msg.(interface{ String() string }); ok {
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}

// Cleans traps exits so that Terminate runs, and is linked to its parent alone.
type Cleans struct{}

func (s *Cleans) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}

func (s *Cleans) Terminate(c *genserver.Context, reason error) { c.Monitor(process.Name("last")) }

// Linked does not trap: who crashes takes it along.
type Linked struct{ pid process.PID }

func (s *Linked) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(false)
	c.Link(s.pid)
	process.SpawnLink(c.Context, func(*process.Context) error { return nil })
	return c.OK()
}

// Joins links two others, and has tasks that are not linked to it.
type Joins struct {
	a, b process.PID
	sup  genserver.Ref[*dynsupervisor.Sup]
}

func (s *Joins) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	process.Join(s.a, s.b)
	task.AsyncNoLink(c, s.sup, func(context.Context) (int, error) { return 1, nil })
	task.Async(context.Background(), func(context.Context) (int, error) { return 1, nil })
	return c.OK()
}

// Moments monitors for a moment.
type Moments struct{ pid process.PID }

func (s *Moments) Init(c *genserver.Context) genserver.Result {
	ref := c.Monitor(s.pid)
	defer c.Demonitor(ref)
	return c.OK()
}

func (s *Moments) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	ref := c.Monitor(s.pid)
	func() { c.Demonitor(ref) }()
	return c.NoReply()
}

func (s *Moments) HandleCast(c *genserver.Context, msg any) genserver.Result {
	s.end(c, c.Monitor(s.pid))
	return c.NoReply()
}

func (s *Moments) end(c *genserver.Context, ref process.MonitorRef) { c.Demonitor(ref) }

// Elsewhere has processes of its own ask.
type Elsewhere struct{ pid process.PID }

func (s *Elsewhere) Init(c *genserver.Context) genserver.Result {
	process.SpawnLink(c.Context, func(p *process.Context) error {
		p.Monitor(s.pid)
		p.TrapExit(true)
		return nil
	})
	return c.OK()
}

// Relays has a handler that somebody gives it.
type Relays struct {
	pid  process.PID
	hook func(c *genserver.Context, msg any) genserver.Result
}

func (s *Relays) Init(c *genserver.Context) genserver.Result {
	c.Monitor(s.pid)
	return c.OK()
}

func (s *Relays) HandleInfo(c *genserver.Context, msg any) genserver.Result { return s.hook(c, msg) }

// Unused has a function that nothing calls.
type Unused struct{ pid process.PID }

func (s *Unused) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Unused) watch(c *genserver.Context) { c.Monitor(s.pid) }
