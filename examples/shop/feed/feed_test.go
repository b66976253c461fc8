package feed

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func publish[E any](t *testkit.T, bus events.Bus, topic pubsub.Topic[E], event E) {
	t.Helper()
	if err := pubsub.Broadcast(t.Context(), bus, topic, event); err != nil {
		t.Fatal(err)
	}
}

func TestRecent(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		bus := testkit.Start(t, events.Child("events"))
		f := testkit.Start(t, Child("feed", bus))
		for i := range Length {
			publish(t, bus, events.Placed, events.OrderPlaced{Order: fmt.Sprint(i)})
		}
		publish(t, bus, events.Shipped, events.OrderShipped{Order: "0"})
		publish(t, bus, events.Low, events.StockLow{SKU: "fig", Left: 3})

		entries, err := Recent(t.Context(), f)
		if err != nil || len(entries) != Length {
			t.Fatalf("%d entries, %v, want %d", len(entries), err, Length)
		}
		newest, oldest := fmt.Sprint(entries[0].Event, entries[1].Event), fmt.Sprint(entries[Length-1].Event)
		if newest != "{fig 3} {0}" || oldest != "{2 0}" {
			t.Errorf("newest are %s, oldest is %s", newest, oldest)
		}
	})
}

// The feed ends with the bus rather than listen to nothing, and hears again afterwards.
func TestBusCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		bus := testkit.Start(t, events.Child("events"))
		f := testkit.Start(t, Child("feed", bus))
		old := t.Kill(bus.Dest())
		t.AwaitRestart(bus.Dest(), old)
		synctest.Wait()
		publish(t, bus, events.Low, events.StockLow{SKU: "fig", Left: 3})
		if entries, err := Recent(t.Context(), f); err != nil || len(entries) != 1 {
			t.Errorf("entries are %v, %v", entries, err)
		}
	})
}
