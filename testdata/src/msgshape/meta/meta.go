// Package meta says the same in other words: aliases, other packages, generic messages, helpers, types in functions.
package meta

import (
	gs "github.com/otplint/otplint/runtime/genserver"

	"otplint.test/msgshape/meta/other"
)

// CallTo is an alias.
type CallTo[R any] = gs.CallTo[*server, R]

type server struct{ n int }

type aliased struct { // want `message aliased embeds CallTo behind other fields: it takes 16 bytes instead of 8`
	by int
	CallTo[int]
}

type generic[T any] struct { // want `message generic embeds a pointer to CallTo`
	*gs.CallTo[*server, T]
}

type genericLate[T any] struct { // want `message genericLate embeds CallTo behind other fields: it takes 16 bytes instead of 8`
	by int
	gs.CallTo[*server, T]
}

type elsewhere struct { // want `message elsewhere embeds CallTo and Note.CastTo: it is a call and a cast`
	gs.CallTo[*server, int]
	other.Note
}

func local() any {
	type inner struct { // want `message inner embeds CallTo and CastTo`
		gs.CallTo[*server, int]
		gs.CastTo[*server]
	}
	return inner{}
}

type (
	count struct{ gs.CallTo[*server, int] }
	title struct{ gs.CallTo[*server, string] }
	label struct{ gs.CallTo[*server, string] }
	tag   struct{ gs.CallTo[*server, string] }
)

func (s *server) Init(c *gs.Context) gs.Result { return c.OK() }

func (s *server) HandleCall(c *gs.Context, who gs.From, question any) gs.Result {
	switch question.(type) {
	case title:
		return s.counted(who)
	case label, tag:
		var it *count
		return it.Reply(who, 1) // want `Reply of count gets the From of label, tag, whose caller waits for string and not int`
	}
	return s.more(c, who, question)
}

func (s *server) counted(from gs.From) gs.Result {
	return count{}.Reply(from, s.n) // want `Reply of count gets the From of title, whose caller waits for string and not int`
}

func (s *server) more(c *gs.Context, from gs.From, req any) gs.Result {
	if req, ok := req.(count); ok {
		if s.n < 0 {
			return title{}.Reply(from, "") // want `Reply of title gets the From of count, whose caller waits for int and not string`
		}
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}

// Ask answers a request of another package.
type Ask struct{ in other.Server }

func (s *Ask) Init(c *gs.Context) gs.Result { return c.OK() }

func (s *Ask) HandleCall(c *gs.Context, from gs.From, req any) gs.Result {
	switch req.(type) {
	case other.Get:
		return count{}.Reply(from, 1) // want `Reply of count gets the From of Get, whose caller waits for string and not int`
	}
	return c.Unhandled(req)
}
