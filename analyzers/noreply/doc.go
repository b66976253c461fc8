package noreply

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Calls that nobody answers, or that are answered twice`,
	Text: `
A server that returns c.NoReply() from HandleCall promises that somebody will
answer later. If nobody has the request's Caller, its client waits until its
deadline, and so does whoever waits for that client. The check follows each
request through HandleCall and the helpers of the package that get its From, and
reports

  - a NoReply on a path that neither answers nor keeps the Caller: it was not
    taken, it was taken and dropped, or it was put into an unexported field that
    the package only ever writes to;
  - a result that is not for calls, such as c.OK(), or c.Unhandled for a request
    that was answered: the server crashes, and the client fails with it;
  - a second answer on a path: the first counts, also if its Result is not
    returned, and the second is lost without a word. Mostly a return is missing.

What leaves the function with From or Caller may be answered there: in a field, a
map, a channel, a literal, another package. Stops, panics and Unhandled tell the
client. Of these the check says nothing, nor of paths of which it does not know
that the code can take them, nor of the code behind a switch that has a case for
every request of the server.

If a call is meant to last until the server ends, keep its Caller and answer it in
Terminate, or say so with a directive.
`,
	Before: `
package fetcher

import "github.com/otplint/otplint/runtime/genserver"

type fetcher struct {
	cache    map[string]string
	waiting  map[string][]genserver.Caller[string]
	draining bool
}

type fetch struct {
	genserver.CallTo[*fetcher, string]
	key string
}

func (s *fetcher) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *fetcher) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case fetch:
		if v, ok := s.cache[req.key]; ok {
			return req.Reply(from, v)
		}
		if s.draining {
			return c.NoReply()
		}
		s.waiting[req.key] = append(s.waiting[req.key], req.Caller(from))
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *fetcher) fetched(key, value string) {
	for _, caller := range s.waiting[key] {
		caller.Reply(value)
	}
	delete(s.waiting, key)
}`,
	After: `
package fetcher

import (
	"errors"

	"github.com/otplint/otplint/runtime/genserver"
)

var errDraining = errors.New("the fetcher is draining")

type fetcher struct {
	cache    map[string]string
	waiting  map[string][]genserver.Caller[string]
	draining bool
}

type fetch struct {
	genserver.CallTo[*fetcher, string]
	key string
}

func (s *fetcher) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *fetcher) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case fetch:
		if v, ok := s.cache[req.key]; ok {
			return req.Reply(from, v)
		}
		if s.draining {
			return req.Fail(from, errDraining)
		}
		s.waiting[req.key] = append(s.waiting[req.key], req.Caller(from))
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *fetcher) fetched(key, value string) {
	for _, caller := range s.waiting[key] {
		caller.Reply(value)
	}
	delete(s.waiting, key)
}`,
	Since:    "v0.1.0",
	Severity: lint.SeverityError,
}
