package jobs

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/supervisor"
)

// start runs stock, orders and the janitor, without a shipper: what it has not done is what the janitor finds.
func start(t *testing.T) (orders.Ref, stock.Ref) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	db := supervisor.Closer("db", func(context.Context) (*store.Store, error) {
		s, err := store.Open(path)
		if err == nil {
			err = stock.Seed(s, stock.Levels{"apple": 10})
		}
		return s, err
	})
	goods, sales := stock.Child("stock", db.Ref()), orders.Child("orders", db.Ref())
	janitor := Janitor("janitor", sales.Ref(), goods.Ref(), Ages{Every: time.Minute, Hold: 5 * time.Minute, Orders: time.Hour})
	sup, err := supervisor.Start(t.Context(), supervisor.Supervisor("top", supervisor.OneForAll, []supervisor.Spec{db, goods, sales, janitor}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { supervisor.Stop(context.WithoutCancel(t.Context()), sup) })
	return sales.Ref(), goods.Ref()
}

func check(t *testing.T, s stock.Ref, apples, holds int) {
	t.Helper()
	if n, err := stock.Level(s, "apple"); err != nil || n != apples {
		t.Errorf("%d apples, %v, want %d", n, err, apples)
	}
	if open, err := stock.Holds(s); err != nil || len(open) != holds {
		t.Errorf("holds are %v, %v, want %d", open, err, holds)
	}
}

func TestJanitorGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, s := start(t)
		lines := []stock.Line{{SKU: "apple", Qty: 4}}
		for _, id := range []string{"lost", "placed"} {
			if err := stock.Reserve(t.Context(), s, id, lines); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := orders.Place(t.Context(), o, "placed", "cart", lines); err != nil {
			t.Fatal(err)
		}
		time.Sleep(4 * time.Minute)
		check(t, s, 2, 2) // a checkout may still be under way
		time.Sleep(4 * time.Minute)
		check(t, s, 6, 1)
		time.Sleep(time.Hour)
		check(t, s, 6, 1) // what is placed waits for its shipment
	})
}

func TestJanitorForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, s := start(t)
		lines := []stock.Line{{SKU: "apple", Qty: 4}}
		if err := stock.Reserve(t.Context(), s, "o1", lines); err != nil {
			t.Fatal(err)
		}
		if _, err := orders.Place(t.Context(), o, "o1", "cart", lines); err != nil {
			t.Fatal(err)
		}
		if err := orders.MarkShipped(t.Context(), o, "o1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute) // the shipper crashed before Commit
		check(t, s, 6, 0)
		if _, err := orders.Get(o, "o1"); err != nil {
			t.Errorf("order was forgotten too early: %v", err)
		}
		time.Sleep(2 * time.Hour)
		if _, err := orders.Get(o, "o1"); !errors.Is(err, orders.ErrUnknown) {
			t.Errorf("order: %v, want %v", err, orders.ErrUnknown)
		}
		check(t, s, 6, 0)
	})
}
