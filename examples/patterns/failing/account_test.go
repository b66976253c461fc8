package failing

import (
	"errors"
	"math"
	"testing"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestWithdraw(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		a := testkit.Start(t, Child("account", 100))
		alive := t.Watch(a.Dest())
		if _, err := Withdraw(t.Context(), a, 101); !errors.Is(err, ErrFunds) {
			t.Errorf("too much: %v", err)
		}
		if left, err := Withdraw(t.Context(), a, 40); left != 60 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
		alive.ExpectAlive()
	})
}

// A caller that asks for nonsense finds a mistake in the server: that crashes, and says so.
func TestCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		a := testkit.Start(t, Child("account", 100).Restart(supervisor.Temporary))
		var crash *process.PanicError
		if _, err := Withdraw(t.Context(), a, math.MinInt); !errors.Is(err, ErrUnknown) || !errors.As(err, &crash) {
			t.Errorf("an impossible state: %v", err)
		}
		if _, err := Withdraw(t.Context(), a, 1); !errors.Is(err, process.NoProc) || errors.Is(err, ErrUnknown) {
			t.Errorf("a dead account: %v", err)
		}
	})
}
