package oversizedstate

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Server state that only grows, or is fat`,
	Text: `A server lives as long as the program, and everything that its state can reach
lives with it. A map with an entry for each request, a history that is appended
to, a set of ids that were seen: each is a leak that shows after weeks, and the
restart that follows loses the state as well.

Reported are fields of a server's state

- that messages add to, under keys that come from messages or count up, and that
  nothing ever removes from: no delete, no clear, no other value assigned, no
  limit that the length is compared with;
- that hold a large array by value (-oversizedstate.bytes, default 4096);
- that keep a whole *http.Request, *http.Response, http.ResponseWriter or
  *sql.Rows after the handler that it belongs to.

Delete entries when they are done (a timer that sweeps, a monitor), bound the
container, or keep the data where it belongs: in a table or a database.

Silent are keys from a small set (constants, enumerations, small integers, numbers
with bounds on both sides, keys looked up before or that a helper here lets pass;
a test that a missing key passes does not count), containers of libraries, what only Init or the constructor
fills, servers that do not live long (temporary children, servers that stop when
done or idle), and whatever is handed to code that may remove from it.`,
	Before: `
package dedup

import "github.com/otplint/otplint/runtime/genserver"

type Server struct {
	seen map[string]bool
}

type record struct {
	genserver.CallTo[*Server, bool]
	id string
}

func New() *Server { return &Server{seen: make(map[string]bool)} }

func (s *Server) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case record:
		again := s.seen[req.id]
		s.seen[req.id] = true
		return req.Reply(from, again)
	}
	return c.Unhandled(req)
}`,
	After: `
package dedup

import (
	"maps"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

type Server struct {
	seen map[string]time.Time
}

type record struct {
	genserver.CallTo[*Server, bool]
	id string
}

type sweep struct{}

func New() *Server { return &Server{seen: make(map[string]time.Time)} }

func (s *Server) Init(c *genserver.Context) genserver.Result {
	c.SendEvery(time.Minute, sweep{})
	return c.OK()
}

func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case record:
		_, again := s.seen[req.id]
		s.seen[req.id] = time.Now()
		return req.Reply(from, again)
	}
	return c.Unhandled(req)
}

func (s *Server) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case sweep:
		maps.DeleteFunc(s.seen, func(_ string, at time.Time) bool { return time.Since(at) > time.Hour })
		return c.NoReply()
	default:
		return c.Unhandled(msg)
	}
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
