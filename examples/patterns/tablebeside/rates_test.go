package tablebeside

import (
	"errors"
	"testing"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestRates(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r := testkit.Start(t, Child("rates"))
		if err := Set(t.Context(), r, "EUR", -1); !errors.Is(err, ErrRate) {
			t.Errorf("a bad rate: %v", err)
		}
		if _, err := Get(t.Context(), r, "EUR"); !errors.Is(err, ErrUnknown) {
			t.Errorf("an unknown currency: %v", err)
		}
		if err := Set(t.Context(), r, "EUR", 1.5); err != nil {
			t.Fatal(err)
		}
		t.Crash(r.server.Dest()) // readers do not notice
		if rate, err := Get(t.Context(), r, "EUR"); rate != 1.5 || err != nil {
			t.Errorf("%v, %v", rate, err)
		}
	})
}
