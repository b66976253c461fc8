package trapexit

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Terminate that does not run when the supervisor stops the server`,
	Text: `
A supervisor stops a child with an exit signal. A server that does not trap exits
ends at once, and its Terminate does not run: what it would have flushed, closed,
removed or handed back stays as it is, at each orderly shutdown. It does run when
the server stops itself, or crashes, which is why tests rarely notice.

Reported are servers that are children, or started linked, whose Terminate closes,
flushes or commits something, closes a channel, removes a file, writes to a
database or another machine, or tells another server, and no callback of which
calls TrapExit; and children with a shutdown time of 0 (BrutalKill) whose server
has such a Terminate: these are killed, trapping or not.

A server that traps exits gets those of its other links as messages
(process.Exited). The fix traps exits in Init; it is not offered if the server has
links of its own and no case for these messages.

The check says nothing about a Terminate that logs, counts, stops timers or writes
the server's own state, about servers of which it sees no child, about an Init that
hands its context to unknown functions, about tests and generated code.
`,
	Before: `
package journal

import (
	"bufio"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Journal struct{ w *bufio.Writer }

func (j *Journal) Init(c *genserver.Context) genserver.Result {
	return c.OK()
}

func (j *Journal) Terminate(c *genserver.Context, reason error) {
	j.w.Flush()
}

func Child(w *bufio.Writer) supervisor.Spec {
	return supervisor.Server("journal", func() *Journal { return &Journal{w} })
}
`,
	After: `
package journal

import (
	"bufio"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Journal struct{ w *bufio.Writer }

func (j *Journal) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true) // for Terminate
	return c.OK()
}

func (j *Journal) Terminate(c *genserver.Context, reason error) {
	j.w.Flush()
}

func Child(w *bufio.Writer) supervisor.Spec {
	return supervisor.Server("journal", func() *Journal { return &Journal{w} })
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
