package callcycle

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Servers that wait for each other in a circle`,
	Text: `A server that makes a call in a callback handles nothing until it is answered. If
whom it calls has to call it back for the answer, directly or through others,
all of them wait. With the processes' own contexts the runtime refuses the call that closes the
circle with a DeadlockError; with other contexts nobody can tell who calls, and
the servers stand still until a call's time is over, with everybody behind them.

The finding shows the whole way, through helpers and packages: each callback
with the message that it handles, and each call. A callee counts only for the
message that it is asked; the first server is busy whatever it is asked.

It is an error if every reference provably denotes the next process of the
circle: by the name that a process is started under, or because the factory of
a declared child keeps its sibling's reference. If only the types are known to
close a circle, the finding says that it is possible, and is a warning.

It stands where the package brings the circle about: at a call of its own, or
where it makes a type the implementer of an interface that another package
calls through.

Silent are casts, goroutines and tasks; a callee that has answered through a kept
Caller before it calls; what a server does after its answer (HandleContinue);
circles of one type, such as parents and children; and tests.`,
	Before: `
package cart

import "github.com/otplint/otplint/runtime/genserver"

type Cart struct {
	items int
	stock genserver.Ref[*Stock]
}
type checkout struct {
	genserver.CallTo[*Cart, bool]
}
type count struct {
	genserver.CallTo[*Cart, int]
}

func (s *Cart) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Cart) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case checkout:
		ok, _ := genserver.Call(c, s.stock, reserve{})
		return req.Reply(from, ok)
	case count:
		return req.Reply(from, s.items)
	}
	return c.Unhandled(req)
}

type Stock struct {
	left int
	cart genserver.Ref[*Cart]
}
type reserve struct {
	genserver.CallTo[*Stock, bool]
}

func (s *Stock) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case reserve:
		n, err := genserver.Call(c, s.cart, count{})
		return req.Reply(from, err == nil && n <= s.left)
	}
	return c.Unhandled(req)
}`,
	After: `
package cart

import "github.com/otplint/otplint/runtime/genserver"

type Cart struct {
	items int
	stock genserver.Ref[*Stock]
}
type checkout struct {
	genserver.CallTo[*Cart, bool]
}

func (s *Cart) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Cart) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case checkout:
		ok, _ := genserver.Call(c, s.stock, reserve{n: s.items})
		return req.Reply(from, ok)
	}
	return c.Unhandled(req)
}

type Stock struct{ left int }
type reserve struct {
	genserver.CallTo[*Stock, bool]
	n int
}

func (s *Stock) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case reserve:
		return req.Reply(from, req.n <= s.left)
	}
	return c.Unhandled(req)
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityError,
}
