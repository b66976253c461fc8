package migrated

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/examples/patterns/sessions"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestBlocked(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		var fetched atomic.Int32
		b := testkit.Start(t, BlockedChild("blocked", func(context.Context) (map[string]bool, error) {
			switch fetched.Add(1) {
			case 1:
				return map[string]bool{"a": true}, nil
			case 2:
				return nil, errors.New("away")
			}
			return map[string]bool{"b": true}, nil
		}))
		synctest.Wait()
		if !b.Has("a") || b.Has("b") {
			t.Error("the first list is not there")
		}
		time.Sleep(time.Minute + time.Second) // it fails, and is restarted at once
		if b.Has("a") || !b.Has("b") {
			t.Errorf("after %d fetches the old list is there", fetched.Load())
		}
	})
}

func TestVisits(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		v := testkit.Start(t, VisitsChild("visits"))
		for want := range 3 {
			if n, err := Count(t.Context(), v, "a"); n != want+1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		}
		ss := testkit.Start(t, sessions.Child("sessions"))
		if err := Visit(t.Context(), ss, "ann", "a"); err != nil {
			t.Error(err)
		}
		if links, err := sessions.Items(t.Context(), ss, "ann"); len(links) != 1 || err != nil {
			t.Errorf("%v, %v", links, err)
		}
	})
}

// Old code hears of what new code tells, and loses no more than it did.
func TestBridge(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		bus := testkit.Start(t, pubsub.New("bus"))
		old := make(chan string, 1)
		testkit.Start(t, Bridge("bridge", bus, old))
		synctest.Wait()
		for _, link := range []string{"a", "b"} {
			if err := pubsub.Broadcast(t.Context(), bus, Links, Visited{link}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if got := <-old; got != "a" || len(old) != 0 {
			t.Errorf("got %s and %d more", got, len(old))
		}
	})
}

func TestCheckAll(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		gone := errors.New("gone")
		errs := CheckAll(t.Context(), []string{"ok", "gone", "crash"}, func(_ context.Context, link string) (struct{}, error) {
			switch link {
			case "gone":
				return struct{}{}, gone
			case "crash":
				panic("bad link")
			}
			return struct{}{}, nil
		})
		var crash *process.PanicError
		if len(errs) != 3 || errs[0] != nil || !errors.Is(errs[1], gone) || !errors.As(errs[2], &crash) {
			t.Errorf("got %v", errs)
		}
	})
}
