package near

import (
	"context"
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestHook(t *testing.T) {
	genserver.Cast(t.Context(), genserver.Named[*hooked]("hooked"), hook{})
	tree := supervisor.Supervisor("test", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Func("once", func(context.Context) error { return nil }),
	})
	if tree.Ref().IsZero() {
		t.Error("no reference")
	}
}
