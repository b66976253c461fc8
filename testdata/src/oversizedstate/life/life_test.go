package life

import (
	"testing"

	"github.com/otplint/otplint/runtime/supervisor"
)

func TestRegister(t *testing.T) {
	_ = supervisor.Supervisor("test", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("register", func() *Register { return &Register{} }).Restart(supervisor.Temporary),
	})
}
