package supervisor_test

import (
	"strings"
	"testing"

	"github.com/otplint/otplint/runtime/supervisor"
)

// Whoever has twenty children learns which one is meant.
func TestSpecErrorSaysWhere(t *testing.T) {
	bubble(t, func(e *env) {
		for want, list := range map[string][]supervisor.Spec{
			`child 2 of "inner", "a": another child has the same id`: specs(e.worker("a"), e.worker("a")),
			`child 1 of "inner", "": it has nothing to start`:        {nil},
			`child 2 of "inner", "": it has no id`:                   specs(e.worker("a"), e.worker("")),
		} {
			inner := supervisor.Supervisor("inner", one, list)
			_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("outer", one, []supervisor.Spec{e.worker("first"), inner}))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
		_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("root", 7, nil))
		if want := `specification of "root": its strategy`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	})
}
