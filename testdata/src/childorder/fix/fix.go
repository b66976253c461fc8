// Package fix has lists that can be put in order, and lists that cannot.
package fix

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type ref = genserver.Ref[*server]

type server struct{ needs []ref }

type one struct{ genserver.CallTo[*server, int] }

func (s *server) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case one:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

type user struct{ of ref }

func (u *user) Init(c *genserver.Context) genserver.Result {
	if _, err := genserver.Call(c, u.of, one{}); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func newServer() *server { return &server{} }

func lines(ctx context.Context) error {
	a := supervisor.Server("a", newServer)
	b := supervisor.Server("b", newServer)
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{
		supervisor.Server("first", newServer),
		supervisor.Server("user", func() *user {
			return &user{of: b.Ref()}
		}),
		a,
		b,
	}))
}

func inline(ctx context.Context) error {
	a := supervisor.Server("a", newServer)
	u, v := supervisor.Server("u", func() *user { return &user{of: a.Ref()} }), supervisor.Server("v", func() *user { return &user{of: a.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{u, v, a}))
}

// held: b is moved with a, which it holds, before the user.
func held(ctx context.Context) error {
	a := supervisor.Server("a", newServer)
	b := supervisor.Server("b", func() *server { return &server{needs: []ref{a.Ref()}} })
	u := supervisor.Server("u", func() *user { return &user{of: b.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{u, a, b}))
}

// commented lists stay as they are.
func commented(ctx context.Context) error {
	a := supervisor.Server("a", newServer)
	u := supervisor.Server("u", func() *user { return &user{of: a.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{
		u, // first
		a,
	}))
}

// around: each needs the other.
func around(ctx context.Context) error {
	var last supervisor.Child[ref2]
	u := supervisor.Server("u", func() *ring { return &ring{of: last.Ref()} })
	last = supervisor.Server("v", func() *ring { return &ring{of: u.Ref()} })
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, []supervisor.Spec{u, last}))
}

type ref2 = genserver.Ref[*ring]

type ring struct{ of ref2 }

type two struct{ genserver.CallTo[*ring, int] }

func (r *ring) Init(c *genserver.Context) genserver.Result {
	genserver.Call(c, r.of, two{})
	return c.OK()
}

// variable: the list is not where it is given.
func variable(ctx context.Context) error {
	a := supervisor.Server("a", newServer)
	list := []supervisor.Spec{supervisor.Server("u", func() *user { return &user{of: a.Ref()} }), a}
	return supervisor.Run(ctx, supervisor.Supervisor("s", supervisor.RestForOne, list))
}
