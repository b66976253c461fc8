// Package four is a circle of four named servers, as in an issue of a distributed store: the backend asks the peer
// service in Init, which asks the membership, which asks the store, which asks the backend.
package four

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type (
	Backend    struct{ n int }
	Peers      struct{ n int }
	Membership struct{ n int }
	Store      struct{ n int }

	actor struct {
		genserver.CallTo[*Backend, int]
	}
	manager struct {
		genserver.CallTo[*Peers, int]
	}
	members struct {
		genserver.CallTo[*Membership, int]
	}
	read struct {
		genserver.CallTo[*Store, int]
	}
)

var (
	backend    = genserver.Named[*Backend]("backend")
	peers      = genserver.Named[*Peers]("peers")
	membership = genserver.Named[*Membership]("membership")
	store      = genserver.Named[*Store]("store")
)

func (s *Backend) Init(c *genserver.Context) genserver.Result {
	n, err := genserver.Call(c, peers, manager{}) // want `^deadlock: Backend.Init -> Peers.HandleCall\(manager\) -> Membership.HandleCall\(members\) -> Store.HandleCall\(read\) -> Backend; each waits for the next one, and Backend handles nothing while it waits: the runtime refuses the last call with a DeadlockError`
	if err != nil {
		return c.Stop(err)
	}
	s.n = n
	return c.OK()
}

func (s *Backend) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(actor); ok {
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}

func (s *Peers) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Peers) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(manager); ok {
		n, _ := genserver.Call(c, membership, members{})
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

func (s *Membership) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Membership) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(members); ok {
		n, _ := genserver.Call(c, store, read{})
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

func (s *Store) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Store) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(read); ok {
		n, _ := genserver.Call(c, backend, actor{})
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

// Tree starts them under their names.
func Tree() supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("four", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("store", func() *Store { return &Store{} }, genserver.WithName("store")),
		supervisor.Server("membership", func() *Membership { return &Membership{} }).Named("membership"),
		supervisor.Server("peers", func() *Peers { return &Peers{} }).Named("peers"),
		supervisor.Server("backend", func() *Backend { return &Backend{} }).Named("backend"),
	})
}
