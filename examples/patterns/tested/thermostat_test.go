package tested

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) } // fails if a goroutine is left behind

func TestThermostat(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) { // in virtual time
		t.NoLeaks()
		owner := testkit.NewProbe(t)
		var now atomic.Int64 // the server's goroutine reads it
		th := testkit.Start(t, Child("th", func() int { return int(now.Load()) }, owner))

		testkit.ExpectNone[Overheated](owner, time.Hour) // takes no time
		now.Store(95)
		testkit.Expect(owner.Within(2*time.Minute), func(o Overheated) bool { return o.Degrees == 95 })

		old := t.Crash(th.Dest())
		t.AwaitRestart(th.Dest(), old)
		if n, err := Degrees(t.Context(), th); n != 0 || err != nil {
			t.Errorf("a new one has read %d, %v", n, err)
		}
	})
}
