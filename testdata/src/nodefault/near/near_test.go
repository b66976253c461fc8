package near

import "github.com/otplint/otplint/runtime/genserver"

// Tested is a test's.
type Tested struct{ Unused }

func (s *Tested) Init(c *genserver.Context) genserver.Result {
	s.watch(c)
	return c.OK()
}
