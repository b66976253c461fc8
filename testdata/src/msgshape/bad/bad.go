// Package bad declares messages that compile and do not work.
package bad

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type result = genserver.Result

type server struct {
	n       int
	pending genserver.From
	queue   []queued
}

type queued struct {
	from genserver.From
	by   int
}

type both struct { // want `message both embeds CallTo and CastTo: it is a call and a cast`
	genserver.CallTo[*server, int]
	genserver.CastTo[*server]
}

type note struct {
	genserver.CastTo[*server]
	text string
}

type asked struct { // want `message asked embeds CallTo and note.CastTo: it is a call and a cast`
	genserver.CallTo[*server, int]
	note
}

type left struct{ genserver.CallTo[*server, int] }

type right struct {
	genserver.CallTo[*server, string]
}

type neither struct { // want `message neither embeds left.CallTo and right.CallTo: neither counts, so nobody can send it`
	left
	right
}

type sent struct { // want `message sent embeds left.CallTo and note.CastTo: it is a call and a cast`
	left
	note
}

func send(ctx context.Context, to genserver.Ref[*server]) {
	genserver.Cast(ctx, to, sent{})
}

type pointer struct { // want `message pointer embeds a pointer to CallTo: it is nil, so Reply, Fail and Caller panic`
	*genserver.CallTo[*server, int]
}

type pointerCast struct { // want `message pointerCast embeds a pointer to CastTo: it is nil and takes the room of a pointer`
	*genserver.CastTo[*server]
	n int
}

type late struct { // want `message late embeds CallTo behind other fields: it takes 16 bytes instead of 8`
	by int
	genserver.CallTo[*server, int]
}

type middle struct { // want `message middle embeds CastTo behind other fields: it takes 16 bytes instead of 8`
	a int32
	genserver.CastTo[*server]
	b int32
}

type (
	get  struct{ genserver.CallTo[*server, int] }
	name struct {
		genserver.CallTo[*server, string]
	}
	keep struct {
		genserver.CallTo[*server, string]
	}
	push struct {
		genserver.CallTo[*server, error]
	}
)

func (s *server) Init(c *genserver.Context) result { return c.OK() }

func (s *server) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	var last get
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.n)
	case name:
		return last.Reply(from, s.n) // want `Reply of get gets the From of name, whose caller waits for string and not int: it panics and crashes the server`
	case keep:
		s.pending = from
		return c.NoReply()
	case neither:
		return c.Unhandled(req)
	case push:
		s.queue = append(s.queue, queued{from, 1})
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *server) HandleInfo(c *genserver.Context, msg any) result {
	get{}.Reply(s.pending, 1) // want `Reply of get gets the From of keep, whose caller waits for string and not int`
	for _, q := range s.queue {
		name{}.Fail(q.from, nil)  // want `Fail of name gets the From of push, whose caller waits for error and not string`
		c := get{}.Caller(q.from) // want `Caller of get gets the From of push`
		c.Reply(q.by)
	}
	return c.NoReply()
}
