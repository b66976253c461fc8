package stock

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/examples/shop/events"
	"github.com/otplint/otplint/examples/shop/store"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// start runs a stock of 20 apples and 5 figs.
func start(t *testkit.T) (Ref, events.Bus) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	bus := testkit.Start(t, events.Child("events"))
	db := testkit.Start(t, supervisor.Closer("db", func(context.Context) (*store.Store, error) {
		s, err := store.Open(path)
		if err == nil {
			err = Seed(s, Levels{"apple": 20, "fig": 5})
		}
		return s, err
	}))
	return testkit.Start(t, Child("stock", db, bus)), bus
}

func apples(n int) []Line { return []Line{{SKU: "apple", Qty: n}} }

// books checks the apples, in the table and in the database.
func books(t *testkit.T, r Ref, shelf, held, sold int) {
	t.Helper()
	if n, err := Level(t.Context(), r, "apple"); err != nil || n != shelf {
		t.Errorf("%d apples on the shelf, %v, want %d", n, err, shelf)
	}
	s, h, o, err := Books(r)
	if err != nil || s["apple"] != shelf || h["apple"] != held || o["apple"] != sold {
		t.Errorf("books say %d on the shelf, %d held, %d sold, %v; want %d, %d, %d", s["apple"], h["apple"], o["apple"], err, shelf, held, sold)
	}
}

func TestHolds(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r, _ := start(t)
		ctx := t.Context()
		for _, order := range []string{"a", "b", "b"} { // b is asked for again
			if err := Reserve(ctx, r, order, apples(8)); err != nil {
				t.Fatal(err)
			}
		}
		books(t, r, 4, 16, 0)
		if err := Reserve(ctx, r, "c", apples(5)); !errors.Is(err, ErrShort) {
			t.Errorf("reserve: %v, want %v", err, ErrShort)
		}
		if err := Reserve(ctx, r, "c", append(apples(1), Line{SKU: "pear", Qty: 1})); !errors.Is(err, ErrUnknown) {
			t.Errorf("reserve: %v, want %v", err, ErrUnknown)
		}
		for range 2 {
			if err := errors.Join(Commit(ctx, r, "a"), Release(ctx, r, "b", time.Now())); err != nil {
				t.Fatal(err)
			}
			books(t, r, 12, 0, 8)
		}
		if _, err := HoldOf(r, "a"); !errors.Is(err, ErrNoHold) {
			t.Errorf("hold: %v, want %v", err, ErrNoHold)
		}
	})
}

// To reserve again makes a hold young, so that nobody gives back what is about to be ordered.
func TestRelease(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r, _ := start(t)
		ctx := t.Context()
		for range 2 {
			if err := Reserve(ctx, r, "a", apples(8)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		if err := Release(ctx, r, "a", time.Now().Add(-90*time.Minute)); err != nil {
			t.Fatal(err)
		}
		books(t, r, 12, 8, 0)
	})
}

func TestDeliveries(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r, _ := start(t)
		for range 3 {
			if n, err := Add(t.Context(), r, "d1", Line{SKU: "apple", Qty: 10}); err != nil || n != 30 {
				t.Errorf("level is %d, %v, want 30", n, err)
			}
		}
		time.Sleep(time.Hour)
		if n, err := Forget(t.Context(), r, time.Now()); err != nil || n != 1 {
			t.Errorf("%d deliveries were forgotten, %v, want 1", n, err)
		}
		books(t, r, 30, 0, 0)
	})
}

func TestLow(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r, bus := start(t)
		probe := testkit.NewProbe(t)
		probe.Do(func(c *process.Context) {
			if err := pubsub.Subscribe(c, bus, events.Low); err != nil {
				t.Error(err)
			}
		})
		if err := Reserve(t.Context(), r, "a", apples(10)); err != nil {
			t.Fatal(err)
		}
		testkit.ExpectNone[events.StockLow](probe, time.Second)
		if err := Reserve(t.Context(), r, "b", apples(1)); err != nil {
			t.Fatal(err)
		}
		if e := testkit.Expect[events.StockLow](probe); e != (events.StockLow{SKU: "apple", Left: LowMark - 1}) {
			t.Errorf("event is %v", e)
		}
		if err := Reserve(t.Context(), r, "c", apples(1)); err != nil {
			t.Fatal(err)
		}
		testkit.ExpectNone[events.StockLow](probe, time.Second) // it is known
	})
}

// Customers look on while the server is dead: the table is another's.
func TestCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r, _ := start(t)
		if err := Reserve(t.Context(), r, "a", apples(8)); err != nil {
			t.Fatal(err)
		}
		old := t.Crash(r.Dest())
		if levels, err := List(t.Context(), r); err != nil || !maps.Equal(levels, Levels{"apple": 12, "fig": 5}) {
			t.Errorf("levels are %v, %v", levels, err)
		}
		t.AwaitRestart(r.Dest(), old)
		books(t, r, 12, 8, 0)
		if err := Commit(t.Context(), r, "a"); err != nil {
			t.Error(err)
		}

		t.Kill(r.table.Dest()) // the server falls with it, and fills the next one
		synctest.Wait()
		books(t, r, 12, 0, 8)
		if _, err := genserver.Call(t.Context(), r, add{delivery: "d", line: Line{SKU: "apple", Qty: 1}}); err != nil {
			t.Error(err)
		}
		books(t, r, 13, 0, 8)
	})
}

// A server whose supervisor was killed learns of it after the messages that came before. It must not sell what its
// replacement sells, too.
func TestReplaced(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		r, _ := start(t)
		old, err := r.Dest().Resolve(t.Node())
		if err != nil {
			t.Fatal(err)
		}
		gate, done := make(chan struct{}), make(chan error)
		go genserver.Inspect(t.Context(), r, func(*Server) int { <-gate; return 0 })
		synctest.Wait()
		go func() { done <- Reserve(t.Context(), r, "a", apples(8)) }()
		synctest.Wait()
		info, _ := process.InfoOf(t.Context(), old)
		t.Kill(info.Parent)
		t.AwaitRestart(r.Dest(), old)
		if err := Reserve(t.Context(), r, "b", apples(7)); err != nil {
			t.Fatal(err)
		}
		close(gate)
		if err := <-done; !errors.Is(err, store.ErrClaimed) {
			t.Errorf("reserve: %v, want %v", err, store.ErrClaimed)
		}
		synctest.Wait()
		books(t, r, 13, 7, 0)
	})
}
