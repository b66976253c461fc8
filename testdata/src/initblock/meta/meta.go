// Package meta has one server in many forms: the verdict stays.
package meta

import (
	"net"

	"github.com/otplint/otplint/runtime/genserver"

	gs "github.com/otplint/otplint/runtime/genserver"

	"otplint.test/initblock/lib"
)

// helper: an extracted function.
type helper struct{}

func (s *helper) Init(c *genserver.Context) genserver.Result { return s.begin(c) } // want `Init of helper may block: net.Dial \(meta.go:\d+\)`

func (s *helper) begin(c *genserver.Context) genserver.Result {
	if err := dial(); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func dial() error {
	conn, err := net.Dial("tcp", "db:1")
	if err == nil {
		conn.Close()
	}
	return err
}

// far: another package.
type far struct{}

func (s *far) Init(c *genserver.Context) genserver.Result { // want `Init of far may block: net.Dialer.DialContext \(lib.go:\d+\)`
	if _, err := lib.Connect(c); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// wrapped: a function that runs another.
type wrapped struct{}

func (s *wrapped) Init(c *genserver.Context) genserver.Result { // want `Init of wrapped may block: net.Dial`
	if err := twice(func() error { return dial() }); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func twice(f func() error) error {
	if err := f(); err != nil {
		return f()
	}
	return nil
}

// generic: a helper, and a server, with type parameters.
type generic[T any] struct{ v T }

func (s *generic[T]) Init(c *genserver.Context) genserver.Result { // want `Init of generic may block: net.Dial`
	if err := with(s.v); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func with[T any](T) error { return dial() }

// one: an interface with one implementer.
type one struct{ from opener }

type opener interface{ Open() error }

type tcp struct{}

func (tcp) Open() error { return dial() }

func newOne() *one { return &one{tcp{}} }

func (s *one) Init(c *genserver.Context) genserver.Result { // want `Init of one may block: net.Dial`
	if err := s.from.Open(); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// other names, and an alias.
type (
	ctx    = gs.Context
	result = gs.Result
	xyz    struct{}
)

func (q *xyz) Init(w *ctx) result { // want `Init of xyz may block: net.Dial`
	if err := dial(); err != nil {
		return w.Stop(err)
	}
	return w.OK()
}

// value: a method value, called.
type value struct{}

func (s *value) Init(c *genserver.Context) genserver.Result { // want `Init of value may block: net.Dial`
	f := s.open
	if err := f(); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (s *value) open() error { return dial() }

// base is embedded: it is base's Init.
type base struct{}

func (b *base) Init(c *genserver.Context) genserver.Result { // want `Init of base may block: net.Dial`
	defer dial()
	return c.OK()
}

type derived struct{ base }

// over calls its base's Init.
type over struct{ base }

func (o *over) Init(c *genserver.Context) genserver.Result { return o.base.Init(c) } // want `Init of over may block: net.Dial`

// posts sends itself through a helper.
type posts struct{}

type goOn struct{}

func (s *posts) Init(c *genserver.Context) genserver.Result {
	s.schedule(c)
	return c.OK()
}

func (s *posts) schedule(c *genserver.Context) {
	const now = 0
	c.SendAfter(now, goOn{}) // want `Init of posts sends itself goOn`
}

func (s *posts) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if _, ok := msg.(goOn); ok {
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
