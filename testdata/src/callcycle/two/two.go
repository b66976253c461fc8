// Package two is a node manager and a member that ask each other, as in an issue of an actor framework: the manager asks
// the member for its state in the handler of a message that the member sends as a request.
package two

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type join struct {
	genserver.CallTo[*Manager, bool]
}
type state struct {
	genserver.CallTo[*Member, string]
}
type start struct {
	genserver.CallTo[*Member, bool]
}

// Manager knows the members.
type Manager struct{ member genserver.Ref[*Member] }

func (m *Manager) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (m *Manager) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case join:
		s, err := stateOf(c, m.member)
		return req.Reply(from, err == nil && s == "up")
	}
	return c.Unhandled(req)
}

func stateOf(ctx context.Context, m genserver.Ref[*Member]) (string, error) {
	return genserver.Call(ctx, m, state{})
}

// Member joins.
type Member struct{ manager genserver.Ref[*Manager] }

func (m *Member) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (m *Member) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case state:
		return req.Reply(from, "up")
	case start:
		ok, _ := genserver.Call(c, m.manager, join{}) // want `^deadlock: Member.HandleCall\(start\) -> Manager.HandleCall\(join\) -> Member; each waits for the next one, and Member handles nothing while it waits: the runtime refuses the last call with a DeadlockError; carry what Manager needs in the request`
		return req.Reply(from, ok)
	}
	return c.Unhandled(req)
}

// Tree has one of each, and each has the other.
func Tree() supervisor.Child[supervisor.Ref] {
	var manager supervisor.Child[genserver.Ref[*Manager]]
	member := supervisor.Server("member", func() *Member { return &Member{manager: manager.Ref()} })
	manager = supervisor.Server("manager", func() *Manager { return &Manager{member: member.Ref()} })
	return supervisor.Supervisor("cluster", supervisor.OneForAll, []supervisor.Spec{member, manager})
}
