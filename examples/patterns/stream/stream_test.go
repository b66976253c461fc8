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
		n, err := Import(t.Context(), slices.Values([]string{"a", "bad", "b", "crash", "slow", "c"}), store, func(err error) {
			var of *task.InputError[string]
			if !errors.As(err, &of) {
				t.Errorf("no input: %v", err)
				return
			}
			failures[of.Input] = err
		})
		if n != 3 || err != nil || len(failures) != 3 {
			t.Errorf("%d stored, %v; failed: %v", n, err, failures)
		}
		var crash *process.PanicError
		if !errors.As(failures["crash"], &crash) || !errors.Is(failures["slow"], task.ErrTimeout) {
			t.Errorf("failed: %v", failures)
		}
	})
}

func TestCancelled(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		n, err := Import(ctx, slices.Values([]string{"a", "slow", "b"}), store, func(err error) { t.Error(err) })
		if n != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d stored, %v", n, err)
		}
	})
}
