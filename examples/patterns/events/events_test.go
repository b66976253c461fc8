package events

import (
	"testing"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestEvents(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		bus := testkit.Start(t, pubsub.New("bus"))
		r := testkit.Start(t, Child("revenue", bus))
		probe := testkit.NewProbe(t)
		probe.Do(func(c *process.Context) {
			if err := pubsub.Subscribe(c, bus, Payments); err != nil {
				t.Error(err)
			}
		})
		for _, order := range []string{"a", "b"} {
			if err := Pay(t.Context(), bus, order, 100); err != nil {
				t.Fatal(err)
			}
		}
		testkit.Expect(probe, func(p Paid) bool { return p.Order == "b" })
		if cents, err := Sum(t.Context(), r); cents != 200 || err != nil {
			t.Errorf("%d, %v", cents, err)
		}
	})
}
