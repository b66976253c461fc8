// Package fix has messages whose shape a fix sets right, and some that somebody has to look at.
package fix

import "github.com/otplint/otplint/runtime/genserver"

type server struct{}

type increment struct {
	by int // how much
	genserver.CallTo[*server, int]
}

type (
	// named has a comment for each field.
	named struct {
		// key of it.
		key string

		n int32
		genserver.CastTo[*server]
		longer int32
		other  *int `shop:"other"`
	}

	pointer struct {
		*genserver.CallTo[*server, int]
	}
)

func local() any {
	type inner struct {
		s string
		genserver.CastTo[*server]
	}
	return inner{s: "s"}
}

// Exported may be made by others, by its fields' places.
type Exported struct {
	By int
	genserver.CallTo[*server, int]
}

type placed struct {
	by int
	genserver.CallTo[*server, int]
}

var _ = placed{1, genserver.CallTo[*server, int]{}}

type set struct {
	*genserver.CallTo[*server, int]
}

var _ = set{CallTo: &genserver.CallTo[*server, int]{}}

type converted struct {
	by int
	genserver.CallTo[*server, int]
}

var _ = converted(increments{})

type increments struct {
	by int
	genserver.CallTo[*server, int]
}

type commented struct {
	by                             int
	genserver.CallTo[*server, int] // why it is here
}

func (s *server) Init(c *genserver.Context) genserver.Result { return c.OK() }
