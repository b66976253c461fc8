package views

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestTotals(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		v := testkit.Start(t, Child("views", 3))
		want := make(map[string]int)
		for i := range 20 {
			sku := fmt.Sprint("sku", i)
			for range i {
				See(t.Context(), v, sku)
				want[sku]++
			}
		}
		if got, err := Totals(t.Context(), v); err != nil || !maps.Equal(got, want) {
			t.Errorf("views are %v, %v, want %v", got, err, want)
		}
	})
}

// A crash costs the views of one partition.
func TestCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		v := testkit.Start(t, Child("views", 3))
		for i := range 20 {
			See(t.Context(), v, fmt.Sprint(i))
		}
		lost := partition.For(v, "7")
		gone, err := genserver.Call(t.Context(), lost, counts{})
		if err != nil || gone["7"] != 1 {
			t.Fatalf("counts are %v, %v", gone, err)
		}
		old := t.Crash(lost.Dest())
		t.AwaitRestart(lost.Dest(), old)
		if got, err := Totals(t.Context(), v); err != nil || len(got) != 20-len(gone) {
			t.Errorf("views are %v, %v, want all but %v", got, err, gone)
		}
	})
}

// What overruns a counter is not counted, and holds nobody up.
func TestOverload(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		v := testkit.Start(t, Child("views", 1))
		busy, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			genserver.Inspect(t.Context(), partition.For(v, "a"), func(*Server) int { <-busy; return 0 })
		}()
		synctest.Wait()
		for range 10 * mailbox {
			See(t.Context(), v, "a")
		}
		close(busy)
		<-done
		synctest.Wait()
		if got, err := Totals(t.Context(), v); err != nil || got["a"] != mailbox {
			t.Errorf("views are %v, %v, want %d", got, err, mailbox)
		}
	})
}
