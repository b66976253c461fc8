package bottleneck

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `One server that many concurrent paths wait for`,
	Text: `
A server handles one message at a time. If there is only one of it, and HTTP
handlers, goroutines started in loops or servers with many instances call it,
they wait for each other, however many processors there are. That is right where
order matters. It is a waste where the calls only read, and a trap where one of
them waits for the network.

The check reports the place that makes the only instance, a child in a
supervision tree or a start, if at least three such paths call it (\'-callers\')
and

  - two of them call the same message that only reads the server's state
    (\'-readers\') and fewer write, or three call messages that only read: publish
    a copy of the state (an atomic pointer) or a table (ets.Child), which callers
    read themselves; or
  - a handler sleeps or waits for the network or a subprocess while three call
    messages that do not: let the caller do that work, or a process of its own,
    and answer later (CallTo.Caller).

Where the calls write, but those for different keys have nothing to do with each
other, a process per key (dynsupervisor, found by registry.GetOrStart) or a fixed
number of partitions (partition.New, asked by partition.For) spreads them.

An agent is such a server as well. Its messages are the functions that it is sent:
one given to agent.Get that provably writes nothing only reads. Tasks that
task.AsyncStream runs are many paths, as goroutines started in a loop are.

Only synchronous calls count; casts wait for nobody. Each handler, goroutine or
server is one path: these are places in the code, not rates, so a server with
three callers a day is reported as well; tell the check with a directive. Callers
that run at boot, supervised loops and servers with one instance are listed, but
do not count. Calls made by packages that import the one with the instance never
count, and neither do tests.

It says nothing if more instances may exist: made in a loop, for a request, per
key, as partitions, by a template or under a dynamic supervisor, under a computed
id, or by a constructor that importers call; nothing about
references that were looked up in a map or slice; and nothing about servers that
serialise what only they write, such as a sequence or a write-ahead log.

Instances are told apart by their server's type, agents by the type of their
value. Two of one type anywhere in the
package and what it imports (two children with fixed ids, two trees, a second
child that nobody calls) make the check silent about both, since a call may then
be to either. The command's \'-stats\' counts such servers.
`,
	Before: `
package rates

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Rates struct{ cents map[string]int }

type Ref = genserver.Ref[*Rates]

type get struct {
	genserver.CallTo[*Rates, int]
	currency string
}

func Get(ctx context.Context, r Ref, currency string) (int, error) {
	return genserver.Call(ctx, r, get{currency: currency})
}

func (r *Rates) Init(c *genserver.Context) genserver.Result {
	r.cents = map[string]int{"EUR": 100, "USD": 92}
	return c.OK()
}

func (r *Rates) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, r.cents[req.currency])
	}
	return c.Unhandled(req)
}

type api struct{ rates Ref }

func (a api) price(w http.ResponseWriter, r *http.Request)  { a.write(w, r.Context(), "EUR") }
func (a api) cart(w http.ResponseWriter, r *http.Request)   { a.write(w, r.Context(), "USD") }
func (a api) refund(w http.ResponseWriter, r *http.Request) { a.write(w, r.Context(), "EUR") }

func (a api) write(w http.ResponseWriter, ctx context.Context, currency string) {
	cents, err := Get(ctx, a.rates, currency)
	fmt.Fprintln(w, cents, err)
}

// Tree has one server of rates, and every request waits for it.
func Tree() supervisor.Child[supervisor.Ref] {
	rates := supervisor.Server("rates", func() *Rates { return &Rates{} })
	a := api{rates.Ref()}
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/cart", a.cart)
	http.HandleFunc("/refund", a.refund)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{rates})
}
`,
	After: `
package rates

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Table is what the server has published: replaced as a whole, never changed.
type Table = atomic.Pointer[map[string]int]

type Rates struct{ table *Table }

func (r *Rates) Init(c *genserver.Context) genserver.Result {
	r.table.Store(&map[string]int{"EUR": 100, "USD": 92})
	return c.OK()
}

// Get reads the table, without asking the server.
func Get(t *Table, currency string) int {
	if cents := t.Load(); cents != nil {
		return (*cents)[currency]
	}
	return 0
}

type api struct{ table *Table }

func (a api) price(w http.ResponseWriter, r *http.Request)  { fmt.Fprintln(w, Get(a.table, "EUR")) }
func (a api) cart(w http.ResponseWriter, r *http.Request)   { fmt.Fprintln(w, Get(a.table, "USD")) }
func (a api) refund(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, Get(a.table, "EUR")) }

// Tree has one server of rates, which only writes.
func Tree() supervisor.Child[supervisor.Ref] {
	a := api{new(Table)}
	rates := supervisor.Server("rates", func() *Rates { return &Rates{a.table} })
	http.HandleFunc("/price", a.price)
	http.HandleFunc("/cart", a.cart)
	http.HandleFunc("/refund", a.refund)
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{rates})
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
