package carts

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

func start(t *testing.T, n int, ttl time.Duration) Carts {
	t.Helper()
	child := Child("carts", n, ttl)
	sup, err := supervisor.Start(t.Context(), supervisor.Supervisor("top", supervisor.OneForOne, []supervisor.Spec{child}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { supervisor.Stop(t.Context(), sup) })
	return child.Ref()
}

func kept(t *testing.T, cs Carts) (n int) {
	t.Helper()
	for _, ref := range cs.servers {
		k, err := genserver.Inspect(t.Context(), ref, func(s *server) int { return len(s.carts) })
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	return n
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cs := start(t, 3, time.Hour)
		for i := range 50 {
			if _, err := Set(t.Context(), cs, fmt.Sprint(i), stock.Line{SKU: "apple", Qty: 1}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(40 * time.Minute)
		if lines, err := Get(t.Context(), cs, "7"); err != nil || len(lines) != 1 {
			t.Errorf("cart 7 holds %v, %v", lines, err)
		}
		time.Sleep(40 * time.Minute)
		if n := kept(t, cs); n != 1 {
			t.Errorf("%d carts are kept, want the one that was used", n)
		}
		time.Sleep(80 * time.Minute)
		if n := kept(t, cs); n != 0 {
			t.Errorf("%d carts are kept, want none", n)
		}
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cs := start(t, 1, time.Hour)
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
	synctest.Test(t, func(t *testing.T) {
		cs := start(t, 2, time.Hour)
		for sku, qty := range map[string]int{"apple": 60, "fig": 1} {
			if _, err := Set(t.Context(), cs, "c", stock.Line{SKU: sku, Qty: qty}); err != nil {
				t.Fatal(err)
			}
		}
		taken, err := Take(t.Context(), cs, "c")
		if err != nil || len(taken) != 2 {
			t.Fatalf("took %v, %v", taken, err)
		}
		if again, err := Take(t.Context(), cs, "c"); err != nil || again != nil {
			t.Errorf("took %v again, %v", again, err)
		}
		if _, err := Set(t.Context(), cs, "c", stock.Line{SKU: "apple", Qty: 50}); err != nil {
			t.Fatal(err)
		}
		Restore(t.Context(), cs, "c", taken)
		lines, err := Get(t.Context(), cs, "c")
		if want := fmt.Sprint([]stock.Line{{SKU: "apple", Qty: MaxQty}, {SKU: "fig", Qty: 1}}); err != nil || fmt.Sprint(lines) != want {
			t.Errorf("cart holds %v, %v, want %s", lines, err, want)
		}
	})
}
