// Package bad has processes that wait for themselves.
package bad

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type get struct {
	genserver.CallTo[*Counter, int]
}
type double struct {
	genserver.CallTo[*Counter, int]
}
type slow struct {
	genserver.CallTo[*Counter, int]
}
type reset struct{ genserver.CastTo[*Counter] }

// Counter asks itself in all its callbacks.
type Counter struct {
	n    int
	self genserver.Ref[*Counter]
}

func Get(ctx context.Context, c genserver.Ref[*Counter]) (int, error) {
	return genserver.Call(ctx, c, get{}) // want `Counter.HandleCast waits with genserver.Call of get for its own process \(Context.Self\).*refuses it at once with ErrCallingSelf`
}

func (s *Counter) Init(c *genserver.Context) genserver.Result {
	s.self = genserver.RefTo[*Counter](c.Self())
	if n, err := genserver.Call(c, s.self, get{}); err == nil { // want `Counter.Init waits with genserver.Call of get for its own process \(field Counter.self\): Counter handles nothing until it has returned; with the process's own context the runtime refuses it at once with ErrCallingSelf; use the state`
		s.n = n
	}
	return c.OK()
}

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.n)
	case double:
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n, err := genserver.Call(ctx, genserver.RefTo[*Counter](c.Self()), get{}) // want `its context is not the process's own, so it stands still until its time is over \(5s, or the context's deadline\)`
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, 2*n)
	case slow:
		ctx, cancel := context.WithTimeout(c, time.Second)
		defer cancel()
		n, _ := genserver.Inspect(ctx, s.self, func(s *Counter) int { return s.n }) // want `waits with genserver.Inspect for its own process \(field Counter.self\).*with the process's own context the runtime refuses it at once`
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

func (s *Counter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if _, ok := msg.(reset); ok {
		s.n, _ = Get(c, genserver.RefTo[*Counter](c.Self()))
	}
	return c.NoReply()
}

func (s *Counter) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Stop(c, s.self, nil) // want `waits with genserver.Stop for its own process .*return a result that stops instead`
	return c.NoReply()
}

const leaderName process.Name = "leader"

// Leader has a name, and asks whoever has it.
type Leader struct{}

type lead struct {
	genserver.CallTo[*Leader, int]
}

func (l *Leader) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (l *Leader) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Call(c, genserver.Named[*Leader](leaderName), lead{}) // want `Leader.HandleInfo waits with genserver.Call of lead for its own process \(its own name leader\)`
	return c.NoReply()
}

// LeaderChild names the process by an option.
func LeaderChild() supervisor.Child[genserver.Ref[*Leader]] {
	return supervisor.Server("leader", func() *Leader { return &Leader{} }, genserver.WithName(leaderName))
}

// Chief takes its name itself.
type Chief struct{}

type ask struct {
	genserver.CallTo[*Chief, int]
}

func (s *Chief) Init(c *genserver.Context) genserver.Result {
	if err := process.Register(c, "chief", c.Self()); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (s *Chief) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	genserver.Call(c, genserver.Named[*Chief]("chief"), ask{}) // want `for its own process \(its own name chief\)`
	return c.NoReply()
}

// Client is the client API of a server that holds itself.
type Client struct{ genserver.Ref[*Own] }

type ping struct {
	genserver.CallTo[*Own, int]
}

func (c Client) Ping(ctx context.Context) (int, error) {
	return genserver.Call(ctx, c, ping{}) // want `Own.HandleInfo waits with genserver.Call of ping for its own process \(field Own.me\)`
}

// Own gets its own reference from its own factory.
type Own struct{ me Client }

func (o *Own) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (o *Own) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	o.me.Ping(c)
	return c.NoReply()
}

func OwnChild() supervisor.Child[genserver.Ref[*Own]] {
	var child supervisor.Child[genserver.Ref[*Own]]
	child = supervisor.Server("own", func() *Own { return &Own{me: Client{child.Ref()}} })
	return child
}

// Boss asks the supervisor that waits for it.
type Boss struct{ sup supervisor.Ref }

func (b *Boss) Init(c *genserver.Context) genserver.Result {
	if _, err := supervisor.WhichChildren(c, b.sup); err != nil { // want `deadlock: Boss.Init waits with supervisor.WhichChildren for the process that waits for it \(field Boss.sup\).*DeadlockError.*HandleContinue`
		return c.Stop(err)
	}
	return c.OK()
}

func (b *Boss) Terminate(c *genserver.Context, reason error) {
	up := genserver.RefTo[*supervisor.Sup](c.Parent())
	supervisor.TerminateChild(context.Background(), up, "other") // want `Boss.Terminate waits with supervisor.TerminateChild for the process that waits for it \(Context.Parent\).*stands still until its time is over`
}

func BossTree() supervisor.Child[supervisor.Ref] {
	var sup supervisor.Child[supervisor.Ref]
	boss := supervisor.Server("boss", func() *Boss { return &Boss{sup: sup.Ref()} })
	sup = supervisor.Supervisor("sup", supervisor.OneForAll, []supervisor.Spec{boss})
	return sup
}

// Total asks the agent inside the function that the agent runs.
func Total(ctx context.Context, a agent.Ref[int]) error {
	return agent.Update(ctx, a, func(n int) int {
		m, _ := agent.Get(ctx, a, func(n int) int { return n }) // want `the function that agent.Update gets waits with agent.Get for its own process \(the same reference\)`
		return n + m
	})
}
