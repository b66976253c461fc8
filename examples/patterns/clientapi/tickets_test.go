package clientapi

import (
	"errors"
	"testing"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestTickets(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		box := testkit.Start(t, Child("tickets", 3))
		if left, err := Buy(t.Context(), box, 2); left != 1 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
		if _, err := Buy(t.Context(), box, 2); !errors.Is(err, ErrSoldOut) {
			t.Errorf("bought two of one: %v", err)
		}
		GiveBack(t.Context(), box, 1)
		if left, err := Buy(t.Context(), box, 2); left != 0 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
	})
}
