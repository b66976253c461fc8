// Package servers has servers that ask the runtime for messages and have no case for them.
package servers

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
)

type watch struct{ genserver.CallTo[*Bare, bool] }

// Bare has no HandleInfo.
type Bare struct { // want `servers.Bare monitors processes \(Bare.HandleCall, Bare.keep\), but it has no HandleInfo: that one has ended is logged and forgotten, and what is kept for it stays: handle process.Down`
	held map[process.MonitorRef]process.PID
}

func (s *Bare) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Bare) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case watch:
		s.held[c.Monitor(from.PID())] = from.PID()
		s.keep(c, from.PID())
		return req.Reply(from, true)
	}
	return c.Unhandled(req)
}

// keep ends another monitor than it makes.
func (s *Bare) keep(c *genserver.Context, pid process.PID) {
	for ref := range s.held {
		c.Demonitor(ref)
	}
	s.held[c.Monitor(pid)] = pid
}

type tick struct{}

// All asks for everything.
type All struct{ pid process.PID }

func (s *All) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	c.Monitor(s.pid)
	return c.OK().Timeout(time.Second)
}

func (s *All) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	t := task.Async(c, func(context.Context) (int, error) { return 1, nil })
	t.Notify(c.Context)
	return c.NoReply()
}

func (s *All) HandleInfo(c *genserver.Context, msg any) genserver.Result { // want `servers.All waits to be idle \(All.Init\), but HandleInfo has no case for genserver.Timeout: each timeout is logged, and does nothing: add the case` `servers.All has tasks notify it \(All.HandleContinue\), but HandleInfo has no case for task.Done` `servers.All traps exits and is linked to others \(All.Init, All.HandleContinue\), but HandleInfo has no case for process.Exited: when one of them crashes the server lives on, and only the log knows` `servers.All monitors processes \(All.Init\)`
	switch msg.(type) {
	case tick:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Star has its case for a pointer, and links itself.
type Star struct{ pid process.PID }

func (s *Star) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	c.Link(s.pid)
	c.Monitor(s.pid)
	return c.OK()
}

func (s *Star) HandleInfo(c *genserver.Context, msg any) genserver.Result { // want `servers.Star traps exits and is linked to others \(Star.Init\)`
	switch msg := msg.(type) {
	case *process.Down: // want `servers.Star monitors processes \(Star.Init\), but HandleInfo has a case for \*process.Down, which never matches: it comes as a value: .*: take the value`
		return c.Stop(msg.Reason)
	default:
		return c.Unhandled(msg)
	}
}

// Other waits for the result of another type.
type Other struct{}

func (s *Other) Init(c *genserver.Context) genserver.Result {
	task.Async(c, func(context.Context) (string, error) { return "", nil }).Notify(c.Context)
	return c.OK()
}

func (s *Other) HandleInfo(c *genserver.Context, msg any) genserver.Result { // want `servers.Other has tasks notify it`
	if d, ok := msg.(task.Done[int]); ok {
		return c.Stop(d.Err)
	}
	return c.Unhandled(msg)
}
