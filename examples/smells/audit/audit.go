// Package audit remembers the latest requests.
package audit

import (
	"context"
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
)

const kept = 50

// Audit is the server's state.
type Audit struct {
	recent []string
	total  map[string]int // by method
}

type record struct {
	genserver.CastTo[*Audit]
	method, path string
}

type tail struct {
	genserver.CallTo[*Audit, []string]
}

// New returns an empty audit.
func New() *Audit { return &Audit{total: make(map[string]int)} }

// Record remembers a request.
func Record(ctx context.Context, a genserver.Ref[*Audit], method, path string) {
	genserver.Cast(ctx, a, record{method: method, path: path})
}

// Tail returns the latest requests.
func Tail(ctx context.Context, a genserver.Ref[*Audit]) ([]string, error) {
	return genserver.Call(ctx, a, tail{})
}

// Init counts the methods that the shop knows.
func (a *Audit) Init(c *genserver.Context) genserver.Result {
	for _, method := range []string{"GET", "PUT", "POST"} {
		a.total[method] = 0
	}
	return c.OK()
}

// HandleCall answers with the latest requests.
func (a *Audit) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case tail:
		return req.Reply(from, slices.Clone(a.recent))
	}
	return c.Unhandled(req)
}

// HandleCast remembers a request.
func (a *Audit) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case record:
		if n, known := a.total[msg.method]; known {
			a.total[msg.method] = n + 1
		}
		a.recent = append(a.recent, msg.method+" "+msg.path)
		if len(a.recent) > kept {
			a.recent = slices.Delete(a.recent, 0, len(a.recent)-kept)
		}
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
