package near

import (
	"os"
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// fixture is a server of a test, as is the child of unstarted.
type fixture struct{ f *os.File }

func (s *fixture) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *fixture) Terminate(*genserver.Context, error) { s.f.Close() }

func TestChildren(t *testing.T) {
	children := []supervisor.Spec{
		supervisor.Server("fixture", func() *fixture { return &fixture{} }),
		supervisor.Server("unstarted", func() *unstarted { return &unstarted{} }),
	}
	if len(children) != 2 {
		t.Error(children)
	}
}
