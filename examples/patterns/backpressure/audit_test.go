package backpressure

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/testkit"
)

// disk takes nothing until it is ready.
type disk struct{ ready chan struct{} }

func (d disk) Write(p []byte) (int, error) {
	<-d.ready
	return len(p), nil
}

func TestNote(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		d := disk{make(chan struct{})}
		a := testkit.Start(t, Child("audit", d))
		if err := Note(t.Context(), a, "first"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is being written
		for range 1000 {
			if err := Note(t.Context(), a, "next"); err != nil {
				t.Fatal(err)
			}
		}
		if err := Note(t.Context(), a, "one too many"); !errors.Is(err, genserver.ErrFull) {
			t.Errorf("got %v", err)
		}
		close(d.ready)
		synctest.Wait()
		if err := Note(t.Context(), a, "there is room again"); err != nil {
			t.Error(err)
		}
	})
}
