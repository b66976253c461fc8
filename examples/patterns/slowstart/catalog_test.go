package slowstart

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestCatalog(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		begin := time.Now()
		cat := testkit.Start(t, Child("catalog", func(context.Context) (map[string]int, error) {
			time.Sleep(3 * time.Second)
			return map[string]int{"tea": 4}, nil
		}))
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("the start took %v", waited)
		}
		if n, err := Price(t.Context(), cat, "tea"); n != 4 || err != nil || time.Since(begin) != 3*time.Second {
			t.Errorf("%d, %v after %v", n, err, time.Since(begin))
		}
	})
}

// A load that fails is tried again by the supervisor, and whoever asks meanwhile gets the reason.
func TestRetry(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		down := errors.New("database is down")
		tries := 0
		cat := testkit.Start(t, Child("catalog", func(context.Context) (map[string]int, error) {
			time.Sleep(time.Second)
			if tries++; tries == 1 {
				return nil, down
			}
			return map[string]int{"tea": 4}, nil
		}))
		old, err := cat.Dest().Resolve(t.Node())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Price(t.Context(), cat, "tea"); !errors.Is(err, down) {
			t.Errorf("got %v", err)
		}
		t.AwaitRestart(cat.Dest(), old)
		if n, err := Price(t.Context(), cat, "tea"); n != 4 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}
