package near

import "github.com/otplint/otplint/runtime/genserver"

type badForATest struct {
	n int
	genserver.CallTo[*server, int]
}
