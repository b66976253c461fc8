package checkout

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/examples/shop/carts"
	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var four = []stock.Line{{SKU: "apple", Qty: 4}}

// start runs a shop of ten apples, four of which are in ann's cart.
func start(t *testkit.T) Shop {
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
	s := Shop{
		Carts:  testkit.Start(t, carts.Child("carts", time.Hour)),
		Stock:  testkit.Start(t, stock.Child("stock", db, bus)),
		Orders: testkit.Start(t, orders.Child("orders", db, bus)),
	}
	if _, err := carts.Set(t.Context(), s.Carts, "ann", four[0]); err != nil {
		t.Fatal(err)
	}
	return s
}

// check compares what is on the shelf, held, ordered and in the cart.
func check(t *testkit.T, s Shop, shelf, held, placed, inCart int) {
	t.Helper()
	sh, h, _, err := stock.Books(s.Stock)
	list, err2 := orders.List(s.Orders)
	cart, err3 := carts.Get(t.Context(), s.Carts, "ann")
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range cart {
		n += line.Qty
	}
	if sh["apple"] != shelf || h["apple"] != held || len(list) != placed || n != inCart {
		t.Errorf("%d apples on the shelf, %d held, %d orders, %d in the cart; want %d, %d, %d, %d",
			sh["apple"], h["apple"], len(list), n, shelf, held, placed, inCart)
	}
}

// An order that is asked for again is the same order, whatever is in the cart by now.
func TestAgain(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		s := start(t)
		first, err := Checkout(t.Context(), s, "o1", "ann")
		if err != nil || !slices.Equal(first.Lines, four) {
			t.Fatalf("order is %v, %v", first, err)
		}
		check(t, s, 6, 4, 1, 0)
		if _, err := Checkout(t.Context(), s, "o2", "ann"); !errors.Is(err, ErrEmpty) {
			t.Errorf("order of an empty cart: %v, want %v", err, ErrEmpty)
		}
		if _, err := carts.Set(t.Context(), s.Carts, "ann", stock.Line{SKU: "apple", Qty: 1}); err != nil {
			t.Fatal(err)
		}
		if again, err := Checkout(t.Context(), s, "o1", "ann"); err != nil || !again.Placed.Equal(first.Placed) {
			t.Errorf("ordered again: %v, %v, want %v", again, err, first)
		}
		check(t, s, 6, 4, 1, 1)
	})
}

func TestShort(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		s := start(t)
		if _, err := carts.Set(t.Context(), s.Carts, "ann", stock.Line{SKU: "apple", Qty: 11}); err != nil {
			t.Fatal(err)
		}
		if _, err := Checkout(t.Context(), s, "o1", "ann"); !errors.Is(err, stock.ErrShort) {
			t.Errorf("order: %v, want %v", err, stock.ErrShort)
		}
		check(t, s, 10, 0, 0, 11)
	})
}

// A checkout that stock or orders died on leaves at most a hold, and goes on from there when it is asked for again.
func TestResume(t *testing.T) {
	for _, tt := range []struct {
		name             string
		victim           func(Shop) process.Dest
		suspend          func(context.Context, Shop) error
		shelf, held, out int // after the crash; out is what has left the cart
	}{
		{
			"stock", func(s Shop) process.Dest { return s.Stock.Dest() },
			func(ctx context.Context, s Shop) error { return genserver.Suspend(ctx, s.Stock) }, 10, 0, 0,
		},
		{
			"orders", func(s Shop) process.Dest { return s.Orders.Dest() },
			func(ctx context.Context, s Shop) error { return genserver.Suspend(ctx, s.Orders) }, 6, 4, 4,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			testkit.Run(t, func(t *testkit.T) {
				s := start(t)
				ctx := t.Context()
				if err := tt.suspend(ctx, s); err != nil {
					t.Fatal(err)
				}
				failed := make(chan error)
				go func() {
					_, err := Checkout(ctx, s, "o1", "ann")
					failed <- err
				}()
				synctest.Wait() // the request waits in the mailbox
				old := t.Kill(tt.victim(s))
				if err := <-failed; !errors.Is(err, process.Killed) {
					t.Errorf("order: %v, want %v", err, process.Killed)
				}
				t.AwaitRestart(tt.victim(s), old)
				check(t, s, tt.shelf, tt.held, 0, 4-tt.out)

				order, err := Checkout(ctx, s, "o1", "ann")
				if err != nil || !slices.Equal(order.Lines, four) {
					t.Errorf("order is %v, %v", order, err)
				}
				check(t, s, 6, 4, 1, 0)
			})
		})
	}
}
