package carts

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// put is Set, which must succeed.
func put(t *testkit.T, cs Carts, cart, sku string, qty int) {
	t.Helper()
	if _, err := Set(t.Context(), cs, cart, stock.Line{SKU: sku, Qty: qty}); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testkit.T, cs Carts, cart string, want ...stock.Line) {
	t.Helper()
	if lines, err := Get(t.Context(), cs, cart); err != nil || fmt.Sprint(lines) != fmt.Sprint(want) {
		t.Errorf("cart %s holds %v, %v, want %v", cart, lines, err, want)
	}
}

func TestExpiry(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		cs := testkit.Start(t, Child("carts", time.Hour))
		for i := range 50 {
			put(t, cs, fmt.Sprint(i), "apple", 1)
		}
		time.Sleep(40 * time.Minute)
		holds(t, cs, "7", stock.Line{SKU: "apple", Qty: 1}) // which is a touch
		time.Sleep(40 * time.Minute)
		if n := Count(cs); n != 1 {
			t.Errorf("%d carts are kept, want the one that was used", n)
		}
		time.Sleep(40 * time.Minute)
		if n := Count(cs); n != 0 {
			t.Errorf("%d carts are kept, want none", n)
		}
		holds(t, cs, "7")
		put(t, cs, "7", "fig", 2)
		holds(t, cs, "7", stock.Line{SKU: "fig", Qty: 2})
	})
}

func TestLimits(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		cs := testkit.Start(t, Child("carts", time.Hour))
		set := func(sku string, qty int) error {
			_, err := Set(t.Context(), cs, "c", stock.Line{SKU: sku, Qty: qty})
			return err
		}
		for _, qty := range []int{-1, MaxQty + 1} {
			if err := set("apple", qty); !errors.Is(err, ErrQty) {
				t.Errorf("%d pieces: %v, want %v", qty, err, ErrQty)
			}
		}
		for i := range MaxLines {
			if err := set(fmt.Sprint(i), MaxQty); err != nil {
				t.Fatal(err)
			}
		}
		if err := set("apple", 1); !errors.Is(err, ErrLines) {
			t.Errorf("line %d: %v, want %v", MaxLines+1, err, ErrLines)
		}
		if err := errors.Join(set("0", 0), set("apple", 1)); err != nil {
			t.Errorf("after a removal: %v", err)
		}
	})
}

func TestTakeAndRestore(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		cs := testkit.Start(t, Child("carts", time.Hour))
		put(t, cs, "c", "apple", 60)
		put(t, cs, "c", "fig", 1)
		taken, err := Take(t.Context(), cs, "c")
		if err != nil || len(taken) != 2 {
			t.Fatalf("took %v, %v", taken, err)
		}
		if again, err := Take(t.Context(), cs, "c"); err != nil || again != nil {
			t.Errorf("took %v again, %v", again, err)
		}
		put(t, cs, "c", "apple", 50)
		Restore(t.Context(), cs, "c", taken)
		holds(t, cs, "c", stock.Line{SKU: "apple", Qty: MaxQty}, stock.Line{SKU: "fig", Qty: 1})
	})
}

// Many who put something into a new cart at a time put it into the same one.
func TestOneCart(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		cs := testkit.Start(t, Child("carts", time.Hour))
		var wg sync.WaitGroup
		for i := range MaxLines {
			wg.Go(func() {
				if _, err := Set(t.Context(), cs, "c", stock.Line{SKU: fmt.Sprint(i), Qty: 1}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if lines, err := Get(t.Context(), cs, "c"); err != nil || len(lines) != MaxLines || Count(cs) != 1 {
			t.Errorf("%d lines in %d carts, %v", len(lines), Count(cs), err)
		}
	})
}

// A crash costs one cart; the registry's costs all, and leaves none that nobody finds.
func TestCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		cs := testkit.Start(t, Child("carts", time.Hour))
		put(t, cs, "a", "apple", 1)
		put(t, cs, "b", "banana", 1)
		other := t.Watch(cs.byID.Via("b"))
		t.Crash(cs.byID.Via("a"))
		holds(t, cs, "a")
		put(t, cs, "a", "apple", 2)
		holds(t, cs, "a", stock.Line{SKU: "apple", Qty: 2})
		holds(t, cs, "b", stock.Line{SKU: "banana", Qty: 1})

		old := t.Kill(cs.byID.Dest())
		other.Reason() // whichever of the two came first: the link, or the supervisor
		t.AwaitRestart(cs.byID.Dest(), old)
		for !cs.byID.Running() {
			time.Sleep(time.Millisecond)
		}
		holds(t, cs, "b")
		put(t, cs, "b", "banana", 3)
		holds(t, cs, "b", stock.Line{SKU: "banana", Qty: 3})
	})
}
