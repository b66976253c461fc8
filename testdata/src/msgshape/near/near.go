// Package near declares messages that look wrong and work; nothing is found in it.
package near

import "github.com/otplint/otplint/runtime/genserver"

type result = genserver.Result

type server struct {
	n       int
	pending genserver.From
	either  genserver.From
	shared  genserver.From
	// Open may be written to by anybody.
	Open genserver.From
}

type page struct {
	genserver.CallTo[*server, int]
	from, to int
}

// own says itself whose message it is; page is for the fields.
type own struct {
	genserver.CallTo[*server, string]
	page
}

// more is page's.
type more struct {
	page
	n int
}

// seen is what came last, and no message.
type seen struct {
	get
	name
	note
}

type note struct{ genserver.CastTo[*server] }

// linked is somebody's to set.
type linked struct{ *page }

// wide has its size anyhow.
type wide struct {
	a, b int64
	genserver.CallTo[*server, int]
	c int64
}

// empty has none.
type empty struct {
	_ struct{}
	genserver.CastTo[*server]
}

// sized depends on T.
type sized[T any] struct {
	v T
	genserver.CallTo[*server, T]
}

// field is no message.
type field struct {
	call genserver.CallTo[*server, int]
	cast genserver.CastTo[*server]
}

// held is no message either.
type held struct {
	*genserver.Context
	genserver.Caller[int]
}

type (
	get  struct{ genserver.CallTo[*server, int] }
	same struct{ genserver.CallTo[*server, int] }
	name struct {
		genserver.CallTo[*server, string]
	}
	keep struct{ genserver.CallTo[*server, int] }
	two  struct {
		genserver.CallTo[*server, string]
	}
	three struct {
		genserver.CallTo[*server, string]
	}
	write struct {
		genserver.CallTo[*server, string]
	}
	gen struct {
		genserver.CallTo[*server, []int]
	}
)

func (s *server) Init(c *genserver.Context) result { return c.OK() }

func (s *server) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case same: // another message's method, for the same type of answer
		return get{}.Reply(from, s.n)
	case keep: // as is the one that is kept
		s.pending = from
		return c.NoReply()
	case get, two: // which of both it is the code knows
		s.either = from
		if _, ok := req.(get); ok {
			return get{}.Reply(from, 1)
		}
		return two{}.Reply(from, "")
	case three:
		set(&s.shared, from)
		return c.NoReply()
	case write:
		s.Open = from
		s.shared = from
		passed(from)
		return c.NoReply()
	}
	return answer(c, from, req)
}

func set(to *genserver.From, from genserver.From) { *to = from }

// answer gets requests from everywhere.
func answer(c *genserver.Context, from genserver.From, req any) result {
	if _, ok := req.(name); ok {
		return gen{}.Fail(from, nil)
	}
	return c.Unhandled(req)
}

// passed gets Froms from everywhere too.
func passed(from genserver.From) { get{}.Fail(from, nil) }

var passing = passed

var answers = []func(*genserver.Context, genserver.From, any) result{answer}

func (s *server) HandleInfo(c *genserver.Context, msg any) result {
	same{}.Reply(s.pending, 1)
	get{}.Reply(s.either, 1)
	get{}.Reply(s.shared, 1)
	get{}.Reply(s.Open, 1)
	if from, ok := msg.(genserver.From); ok {
		get{}.Reply(from, 1)
	}
	return c.NoReply()
}
