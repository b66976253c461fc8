package selfcall

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `A process that waits for itself`,
	Text: `A process handles one message at a time. A callback that calls its own process
waits for an answer that can only come once it has returned: the call never
succeeds. With the process's own context the runtime refuses it at once with
ErrCallingSelf; with another context nobody can tell who calls, and the server
stands still until the call's time is over, and everybody behind it too.

The same holds in Init and Terminate for calls to the supervisor: it waits until
a child that it starts or stops has returned.

The finding stands at the call and shows the way from the callback, through
helpers and other packages. It is made only if the reference provably leads back:
Context.Self, a name that the process itself takes or that every start of such a
server gives it, the child's own reference kept by its own factory, the parent, or the
agent that runs the function. A reference in a field is none, and neither is the
type: a server may well call another one of its kind.

Silent are goroutines and tasks, casts, functions that are kept or handed on,
and tests.`,
	Before: `
package bank

import "github.com/otplint/otplint/runtime/genserver"

type Account struct{ balance int }

type balance struct {
	genserver.CallTo[*Account, int]
}
type withdraw struct {
	genserver.CallTo[*Account, bool]
	amount int
}

func (a *Account) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (a *Account) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case balance:
		return req.Reply(from, a.balance)
	case withdraw:
		have, err := genserver.Call(c, genserver.RefTo[*Account](c.Self()), balance{})
		if err != nil || have < req.amount {
			return req.Reply(from, false)
		}
		a.balance -= req.amount
		return req.Reply(from, true)
	}
	return c.Unhandled(req)
}`,
	After: `
package bank

import "github.com/otplint/otplint/runtime/genserver"

type Account struct{ balance int }

type balance struct {
	genserver.CallTo[*Account, int]
}
type withdraw struct {
	genserver.CallTo[*Account, bool]
	amount int
}

func (a *Account) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (a *Account) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case balance:
		return req.Reply(from, a.balance)
	case withdraw:
		if a.balance < req.amount {
			return req.Reply(from, false)
		}
		a.balance -= req.amount
		return req.Reply(from, true)
	}
	return c.Unhandled(req)
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityError,
}
