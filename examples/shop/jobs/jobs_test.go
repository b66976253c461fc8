package jobs

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// begin runs stock and orders, and before them whatever else a test needs.
func begin(t *testkit.T) (orders.Ref, stock.Ref, events.Bus) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	bus := testkit.Start(t, events.Child("events"))
	db := testkit.Start(t, supervisor.Closer("db", func(context.Context) (*store.Store, error) {
		s, err := store.Open(path)
		if err == nil {
			err = stock.Seed(s, stock.Levels{"apple": 10})
		}
		return s, err
	}))
	return testkit.Start(t, orders.Child("orders", db, bus)), testkit.Start(t, stock.Child("stock", db, bus)), bus
}

// janitor runs the janitor too, without a shipper: what that has not done is what the janitor finds.
func janitor(t *testkit.T) (orders.Ref, stock.Ref) {
	t.Helper()
	o, s, _ := begin(t)
	testkit.Start(t, Janitor("janitor", o, s, Ages{Every: time.Minute, Hold: 5 * time.Minute, Orders: time.Hour}))
	return o, s
}

// order places an order of four apples.
func order(t *testkit.T, o orders.Ref, s stock.Ref, id string) {
	t.Helper()
	lines := []stock.Line{{SKU: "apple", Qty: 4}}
	if err := stock.Reserve(t.Context(), s, id, lines); err != nil {
		t.Fatal(err)
	}
	if _, err := orders.Place(t.Context(), o, id, "cart", lines); err != nil {
		t.Fatal(err)
	}
}

func check(t *testkit.T, s stock.Ref, apples, held, sold int) {
	t.Helper()
	shelf, h, o, err := stock.Books(s)
	if err != nil || shelf["apple"] != apples || h["apple"] != held || o["apple"] != sold {
		t.Errorf("%d apples on the shelf, %d held, %d sold, %v; want %d, %d, %d", shelf["apple"], h["apple"], o["apple"], err, apples, held, sold)
	}
}

func status(t *testkit.T, o orders.Ref, id string, want orders.Status) {
	t.Helper()
	if got, err := orders.Get(o, id); err != nil || got.Status != want {
		t.Errorf("order %s is %v, %v, want %s", id, got.Status, err, want)
	}
}

func TestJanitorGivesBack(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		o, s := janitor(t)
		if err := stock.Reserve(t.Context(), s, "lost", []stock.Line{{SKU: "apple", Qty: 4}}); err != nil {
			t.Fatal(err)
		}
		order(t, o, s, "placed")
		time.Sleep(4 * time.Minute)
		check(t, s, 2, 8, 0) // a checkout may still be under way
		time.Sleep(4 * time.Minute)
		check(t, s, 6, 4, 0)
		time.Sleep(time.Hour)
		check(t, s, 6, 4, 0) // what is placed waits for its shipment
	})
}

func TestJanitorForgets(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		o, s := janitor(t)
		order(t, o, s, "o1")
		if err := orders.MarkShipped(t.Context(), o, "o1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute) // the shipper crashed before Commit
		check(t, s, 6, 0, 4)
		status(t, o, "o1", orders.Shipped)
		time.Sleep(2 * time.Hour)
		if _, err := orders.Get(o, "o1"); !errors.Is(err, orders.ErrUnknown) {
			t.Errorf("order: %v, want %v", err, orders.ErrUnknown)
		}
		check(t, s, 6, 0, 4)
	})
}

// An order wakes the shipper at once.
func TestShipperWakes(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		o, s, bus := begin(t)
		testkit.Start(t, Shipper("shipper", o, s, bus, time.Hour))
		order(t, o, s, "o1")
		order(t, o, s, "o2")
		synctest.Wait()
		status(t, o, "o1", orders.Shipped)
		status(t, o, "o2", orders.Shipped)
		check(t, s, 2, 0, 8)
	})
}

// An event may be lost, and a sibling be down; the next look finds what is left.
func TestShipperLooks(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		o, s, bus := begin(t)
		order(t, o, s, "o1") // nobody hears of it
		testkit.Start(t, Shipper("shipper", o, s, bus, time.Hour))
		time.Sleep(time.Minute)
		status(t, o, "o1", orders.Placed)

		t.Stop("stock")
		time.Sleep(time.Hour)
		status(t, o, "o1", orders.Shipped) // and its hold is left to the janitor
	})
}
