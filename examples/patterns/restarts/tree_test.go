package restarts

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

// A remote that is away for two minutes costs nobody else anything; one that stays away ends the program.
func TestTree(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		begin, tries, indexed := time.Now(), 0, 0
		feed := func(ctx context.Context) error {
			tries++
			if time.Since(begin) < 2*time.Minute {
				return errors.New("remote is away")
			}
			<-ctx.Done()
			return nil
		}
		index := func(context.Context) error { indexed++; return nil }
		sup := testkit.Start(t, Tree(feed, index))
		up := t.Watch(sup.Dest())
		time.Sleep(3 * time.Minute)
		up.ExpectAlive()
		if tries < 16 || tries > 30 || indexed != 1 {
			t.Errorf("%d tries of the feed, %d of the index", tries, indexed)
		}
	})
}

func TestGivesUp(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		away := func(context.Context) error { return errors.New("remote is away") }
		err := supervisor.Run(t.Context(), Tree(away, away))
		var gaveUp *supervisor.GaveUp
		if !errors.As(err, &gaveUp) || gaveUp.ID != "index" {
			t.Errorf("got %v", err)
		}
	})
}

func TestSession(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		d := testkit.Start(t, Session(func(ctx context.Context) error { <-ctx.Done(); return nil }))
		t.Crash(d)
		time.Sleep(time.Minute)
		if pid, err := d.Resolve(t.Node()); err == nil && pid.Alive() {
			t.Error("it was restarted")
		}
	})
}
