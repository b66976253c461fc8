package nodefault

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Messages of the runtime that a server asks for and does not handle`,
	Text: `
A server that monitors a process gets a process.Down when it ends; one that waits to
be idle (Result.Timeout) a genserver.Timeout; one that has a task notify it a
task.Done; and one that traps exits a process.Exited from each process that it is
linked to, its parent left aside. They come to HandleInfo, by value. Without a case
they are logged and lost: entries of processes that are gone pile up, results
vanish, and a linked process that crashes is missed by nobody.

The check reports such a server at its HandleInfo, or at its type if it has none, with
the places that ask. A case for a pointer never matches, and is reported too.

It says nothing if HandleInfo has a default that returns anything but c.Unhandled: to
drop such messages is a decision. It says nothing about a monitor that the same function ends
with Demonitor, and nothing about a server that traps exits for Terminate's sake and links
itself to nobody. What processes, tasks and goroutines of the server ask for comes to them.

There is no fix: what the end of a process means, only the author knows.
`,
	Before: `
package lease

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

type Leases struct{ held map[process.MonitorRef]string }

type take struct {
	genserver.CallTo[*Leases, bool]
	key string
}

func (s *Leases) Init(c *genserver.Context) genserver.Result {
	s.held = map[process.MonitorRef]string{}
	return c.OK()
}

func (s *Leases) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case take:
		s.held[c.Monitor(from.PID())] = req.key // held for ever
		return req.Reply(from, true)
	}
	return c.Unhandled(req)
}
`,
	After: `
package lease

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

type Leases struct{ held map[process.MonitorRef]string }

type take struct {
	genserver.CallTo[*Leases, bool]
	key string
}

func (s *Leases) Init(c *genserver.Context) genserver.Result {
	s.held = map[process.MonitorRef]string{}
	return c.OK()
}

func (s *Leases) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case take:
		s.held[c.Monitor(from.PID())] = req.key
		return req.Reply(from, true)
	}
	return c.Unhandled(req)
}

func (s *Leases) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Down:
		delete(s.held, msg.Ref)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
