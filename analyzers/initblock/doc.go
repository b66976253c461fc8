package initblock

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Init that blocks, or postpones work by a message to itself`,
	Text: `
A supervisor starts its children one by one and waits for each Init, at boot and
at each restart. An Init that waits for the network, a database, a subprocess, a
sleep or a channel holds up everything after it, and the supervisor itself: until
Init returns it restarts and stops nobody.

Return \'c.OK().Continue(connect{})\' instead and do the work in HandleContinue: it
runs after the start has returned and before any message, so that no caller sees
a server that is not ready. A message that Init sends itself for that purpose is
reported too: what came to the mailbox earlier, by the server's name or reference,
is handled before it.

The check follows Init into helpers, also of other packages that use the runtime,
and names the operation. A call of another server counts if the handler of that
message is known to block.

It says nothing about files, locks and listeners (a port that is taken must fail
the start), about what constants bound to less than a second, about Opened and
Closer children, about a server that a later sibling calls when it starts (then
Init is the barrier), about function values and interfaces with several
implementations, tests and generated code.
`,
	Before: `
package feed

import (
	"net"

	"github.com/otplint/otplint/runtime/genserver"
)

type Feed struct {
	addr string
	conn net.Conn
}

func (f *Feed) Init(c *genserver.Context) genserver.Result {
	conn, err := net.Dial("tcp", f.addr)
	if err != nil {
		return c.Stop(err)
	}
	f.conn = conn
	return c.OK()
}
`,
	After: `
package feed

import (
	"net"

	"github.com/otplint/otplint/runtime/genserver"
)

type Feed struct {
	addr string
	conn net.Conn
}

type connect struct{}

func (f *Feed) Init(c *genserver.Context) genserver.Result {
	return c.OK().Continue(connect{})
}

func (f *Feed) HandleContinue(c *genserver.Context, _ any) genserver.Result {
	conn, err := net.Dial("tcp", f.addr)
	if err != nil {
		return c.Stop(err)
	}
	f.conn = conn
	return c.NoReply()
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
