package unhandledmsg

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Messages that no case of their server takes`,
	Text: `
The types of a request say which server takes it, but not that the server has a
case for it. A call or cast that no case takes crashes the server, and with it the
callers that wait; any other message is logged and lost.

The check reports a message that is sent to a server that

  - has no case for it in the callback that gets it: HandleCall for calls,
    HandleCast for casts, HandleInfo for what a server sends itself (SendAfter,
    SendEvery, Send), what is sent to its reference's Dest, and the topics that it
    subscribes to; or has no such callback;
  - has its case in another callback: a call's in HandleCast;
  - has a case for the value, but is sent a pointer, or the reverse. Both compile,
    because a pointer to a message has the message's methods. Switch on the
    value, and send the value.

It says nothing unless the message is certain to be refused: every way on which all
cases fail returns c.Unhandled, or panics. A default that returns anything else, a
case for an interface, or a handler of another package may take the message.

A message has to be sent, by code that something runs: a declared message that nobody
sends is not reported. Where the target or the message is not known (a PID, a name,
genserver.Invoke, a message that came as an interface) there is no finding either.

What the runtime sends, such as process.Down, is nodefault's business.

The fix drops the & of a literal that is sent, or adds it, or makes a case take the
value if nobody else can send the message and the case only selects from it.
`,
	Before: `
package counter

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Counter struct{ n int }

type Ref = genserver.Ref[*Counter]

type increment struct {
	genserver.CallTo[*Counter, int]
	by int
}

func Increment(ctx context.Context, c Ref, by int) (int, error) {
	return genserver.Call(ctx, c, &increment{by: by}) // a pointer
}

func (s *Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n += req.by
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}
`,
	After: `
package counter

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Counter struct{ n int }

type Ref = genserver.Ref[*Counter]

type increment struct {
	genserver.CallTo[*Counter, int]
	by int
}

func Increment(ctx context.Context, c Ref, by int) (int, error) {
	return genserver.Call(ctx, c, increment{by: by})
}

func (s *Counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n += req.by
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityError,
}
