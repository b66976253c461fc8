package tested

import (
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) } // fails if a goroutine is left behind

func TestThermostat(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) { // in virtual time
		t.NoLeaks()
		owner := testkit.NewProbe(t)
		now := 20
		th := testkit.Start(t, Child("th", func() int { return now }, owner))

		testkit.ExpectNone[Overheated](owner, time.Hour) // takes no time
		now = 95
		testkit.Expect(owner.Within(time.Minute), func(o Overheated) bool { return o.Degrees == 95 })

		old := t.Crash(th.Dest())
		t.AwaitRestart(th.Dest(), old)
		if n, err := Degrees(t.Context(), th); n != 0 || err != nil {
			t.Errorf("a new one has read %d, %v", n, err)
		}
	})
}
