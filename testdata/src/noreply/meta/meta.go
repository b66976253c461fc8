// Package meta says the same thing in other words: each server has the finding that it would have without them.
package meta

import (
	"log"

	gs "github.com/otplint/otplint/runtime/genserver"

	"otplint.test/noreply/meta/other"
)

type (
	fetch struct{ gs.CallTo[*Helped, string] }
	clear struct{ gs.CallTo[*Helped, string] }
	twice struct{ gs.CallTo[*Helped, string] }
	quiet struct{ gs.CallTo[*Helped, string] }
)

// Helped has helpers.
type Helped struct {
	draining bool
	waiting  []gs.Caller[string]
	notes    Noter
}

func (s *Helped) Init(c *gs.Context) gs.Result { return c.OK() }

func (h *Helped) HandleCall(ctx *gs.Context, who gs.From, question any) gs.Result {
	switch q := question.(type) {
	case fetch:
		return h.fetch(ctx, who, q)
	case clear:
		h.notes.Note(other.Describe("clear"))
		return done(ctx) // want `Helped.HandleCall\(clear\) returns NoReply and nobody will answer`
	case twice:
		if h.draining {
			h.refuse(who, q)
		}
		return q.Reply(who, "yes") // want `Helped.HandleCall\(twice\) answers again`
	case quiet:
		logged(who, q)
		return ctx.NoReply() // want `Helped.HandleCall\(quiet\) returns NoReply and nobody will answer`
	default:
		return ctx.Unhandled(question)
	}
}

// fetch is where the case's code went.
func (h *Helped) fetch(c *gs.Context, from gs.From, req fetch) gs.Result {
	if h.draining {
		return c.NoReply() // want `Helped.HandleCall\(fetch\) returns NoReply and nobody will answer`
	}
	return h.enqueue(c, from, req)
}

func (h *Helped) enqueue(c *gs.Context, from gs.From, req fetch) gs.Result {
	h.waiting = append(h.waiting, req.Caller(from))
	return c.NoReply()
}

func (h *Helped) refuse(from gs.From, req twice) { req.Fail(from, nil) }

func (h *Helped) flush() {
	for _, w := range h.waiting {
		w.Reply("")
	}
}

func done(c *gs.Context) gs.Result { return c.NoReply() }

func logged[R any](from gs.From, req R) { log.Print(from.PID(), req) }

// Noter has one implementer.
type Noter interface{ Note(string) }

// Log is it.
type Log struct{}

func (Log) Note(s string) { log.Print(s) }

// New makes a Helped.
func New() *Helped { return &Helped{notes: Log{}} }

// Store is generic.
type Store[V any] struct {
	values  map[string]V
	waiting map[string]gs.Caller[V]
}

// Get is a request to it.
type Get[V any] struct {
	gs.CallTo[*Store[V], V]
	Key string
}

func (s *Store[V]) Init(c *gs.Context) gs.Result { return c.OK() }

func (s *Store[V]) HandleCall(c *gs.Context, from gs.From, req any) gs.Result {
	if req, ok := req.(Get[V]); ok {
		if v, ok := s.values[req.Key]; ok {
			return req.Reply(from, v)
		}
		s.waiting[req.Key] = req.Caller(from)
		return c.NoReply() // want `Store.HandleCall\(Get\) returns NoReply and nobody will answer: what was put into field waiting is never read`
	}
	return c.Unhandled(req)
}

// Result, From and Asker are aliases.
type (
	Result = gs.Result
	From   = gs.From
	Asker  = gs.CallTo[*Aliased, bool]
)

// Aliased is the same with aliases.
type Aliased struct{ draining bool }

type is struct{ Asker }

func (s *Aliased) Init(c *gs.Context) Result { return c.OK() }

func (s *Aliased) HandleCall(c *gs.Context, from From, req any) (r Result) {
	is, ok := req.(is)
	if !ok {
		return c.Unhandled(req)
	}
	if !s.draining {
		r = is.Reply(from, true)
	} else {
		r = c.NoReply()
	}
	return r // want `Aliased.HandleCall\(is\) returns NoReply and nobody will answer`
}
