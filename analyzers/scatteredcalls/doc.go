package scatteredcalls

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Calls to a server from outside its client API`,
	Text: `A server's client API is the functions of its own package that send its
messages. A raw genserver.Call, Cast, TryCast or process.Send from elsewhere,
or a message that is built elsewhere, ties that place to the server's protocol:
a message cannot be renamed, split, answered from a table or sent to another
process without touching every such place, and nobody sees at one glance what
the server is asked.

The finding stands at each raw site and names the client function to use, or
says that the client API lacks one for the message. A place that builds and
sends a message is one finding. Where a client function takes a message as its
argument, the place that builds the message is the finding.

An agent has no messages but functions. A raw agent.Get, Update, GetAndUpdate, Do
or Cast is reported if the type of the agent's value is declared by another
package, which alone makes such agents: its functions are the client API.

Unexported messages make this check superfluous: then the compiler keeps the
client API the only way in.

Silent are the server's own package (and the package that an internal folder
with the server belongs to), a client package below it, whose exported functions
send messages that neither the server's package nor another dependency sends, tests and test helpers, generated code, messages
declared in a package without the server, references to an interface, sends to
a PID, a name or a topic, agents of values that several packages keep or none
declares, such as numbers, and answers. What belongs to another module is reported only if
that has a client function for the message.`,
	Before: `
package shop

import (
	"context"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

func Available(ctx context.Context, s genserver.Ref[*stock.Stock], sku string) (bool, error) {
	n, err := genserver.Call(ctx, s, stock.Get{SKU: sku})
	return n > 0, err
}`,
	After: `
package shop

import (
	"context"

	"github.com/otplint/otplint/examples/smells/stock"
	"github.com/otplint/otplint/runtime/genserver"
)

func Available(ctx context.Context, s genserver.Ref[*stock.Stock], sku string) (bool, error) {
	n, err := stock.Level(ctx, s, sku)
	return n > 0, err
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
