package backpressure

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/testkit"
)

// slow takes a second for a line.
type slow struct{ io.Writer }

func (s slow) Write(p []byte) (int, error) {
	time.Sleep(time.Second)
	return len(p), nil
}

func TestNote(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		a := testkit.Start(t, Child("audit", slow{}))
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
		time.Sleep(2 * time.Second)
		if err := Note(t.Context(), a, "there is room again"); err != nil {
			t.Error(err)
		}
		t.Kill(a.Dest()) // rather than wait for the rest
	})
}
