package stream

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
	"github.com/otplint/otplint/runtime/testkit"
)

func store(ctx context.Context, item string) (int, error) {
	switch item {
	case "bad":
		return 0, errors.New("bad item")
	case "crash":
		panic("no such item")
	case "slow":
		<-ctx.Done()
		return 0, ctx.Err()
	}
	time.Sleep(time.Second)
	return 1, nil
}

func TestImport(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		failures := map[string]error{}
		n, err := Import(t.Context(), slices.Values([]string{"a", "bad", "b", "crash", "slow", "c"}), store,
			func(item string, err error) { failures[item] = err })
		if n != 3 || err != nil || len(failures) != 3 {
			t.Errorf("%d stored, %v; failed: %v", n, err, failures)
		}
		var crash *process.PanicError
		if !errors.As(failures["crash"], &crash) || !errors.Is(failures["slow"], task.ErrTimeout) {
			t.Errorf("failed: %v", failures)
		}
	})
}

// What has begun ends, the rest is not tried.
func TestCancelled(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		items := slices.Concat([]string{"a", "b"}, slices.Repeat([]string{"slow"}, 20))
		n, err := Import(ctx, slices.Values(items), store, func(item string, err error) {
			if item != "slow" || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", item, err)
			}
		})
		if n != 2 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d stored, %v", n, err)
		}
	})
}
