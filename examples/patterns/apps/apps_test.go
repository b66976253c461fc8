package apps

import (
	"testing"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestApps(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		var ctl application.Controller
		if err := Limit.Put(ctl.In(t.Context(), Quotas), 3); err != nil {
			t.Fatal(err)
		}
		started, err := ctl.EnsureAllStarted(t.Context(), Shop)
		if err != nil || len(started) != 2 || started[0] != Quotas {
			t.Fatalf("%v, %v", started, err)
		}
		for ok, n := true, 0; ok; n++ {
			if ok, err = Take(t.Context()); err != nil || n > 3 {
				t.Fatalf("%d taken, %v", n, err)
			}
		}
		if err := ctl.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
