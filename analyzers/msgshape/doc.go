package msgshape

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Messages that compile and do not work`,
	Text: `
A message is a struct that embeds genserver.CallTo or CastTo, once, first and by
value. Other shapes compile as well. The check reports a declared struct that

  - embeds both, also through another message, and so is a call and a cast; or
    embeds one kind through two others, of which then neither counts;
  - embeds a pointer: it is nil in each message, and Reply, Fail and Caller panic;
  - embeds it behind other fields, where it takes room: 16 bytes instead of 8.

It also reports a Reply, Fail or Caller of one request that gets the From of
another, whose caller waits for an answer of another type: it panics. Froms are
followed through helpers and unexported fields; if another request's From, or one
of the same answer, may be in the same place, the check is silent.

A message that embeds another one for its fields and has an embed of its own kind
works, and so does an embed in the middle that takes no room.

The fix drops the star or moves the embed first. There is none for an exported
message, or if the package names the embedded field, makes the message without
field names, or converts it.
`,
	Before: `
package counter

import "github.com/otplint/otplint/runtime/genserver"

type counter struct{ n int }

type increment struct {
	by int
	genserver.CallTo[*counter, int]
}

func (s *counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n += req.by
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}`,
	After: `
package counter

import "github.com/otplint/otplint/runtime/genserver"

type counter struct{ n int }

type increment struct {
	genserver.CallTo[*counter, int]
	by int
}

func (s *counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n += req.by
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityError,
}
