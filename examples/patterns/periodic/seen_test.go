package periodic

import (
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestSeen(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		s := testkit.Start(t, Child("seen"))
		for _, step := range []struct {
			after time.Duration
			first bool
		}{{0, true}, {5 * time.Minute, false}, {9 * time.Minute, false}, {12 * time.Minute, true}} {
			time.Sleep(step.after)
			if first, err := First(t.Context(), s, "a"); first != step.first || err != nil {
				t.Errorf("after %v: %v, %v", step.after, first, err)
			}
		}
	})
}
