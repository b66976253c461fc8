package sessions

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/testkit"
)

// All who want a session at a time get the same one.
func TestSessions(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		t.NoLeaks()
		ss := testkit.Start(t, Child("shop"))
		if items, err := Items(t.Context(), ss, "ann"); items != nil || err != nil {
			t.Errorf("%v, %v", items, err)
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := Add(t.Context(), ss, "ann", "tea"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if items, err := Items(t.Context(), ss, "ann"); len(items) != 50 || err != nil || Count(ss) != 1 {
			t.Errorf("%d items in %d sessions, %v", len(items), Count(ss), err)
		}
		time.Sleep(idle + time.Second)
		if n := Count(ss); n != 0 {
			t.Errorf("%d sessions after a while", n)
		}
	})
}

// A crash costs one session.
func TestCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		ss := testkit.Start(t, Child("shop"))
		for _, user := range []string{"ann", "bob"} {
			if _, err := Add(t.Context(), ss, user, "tea"); err != nil {
				t.Fatal(err)
			}
		}
		t.Crash(ss.byUser.Via("ann"))
		if items, err := Add(t.Context(), ss, "ann", "cup"); len(items) != 1 || err != nil {
			t.Errorf("ann has %v, %v", items, err)
		}
		if items, err := Items(t.Context(), ss, "bob"); len(items) != 1 || err != nil {
			t.Errorf("bob has %v, %v", items, err)
		}
	})
}

func TestUploads(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		us := testkit.Start(t, UploadsChild("uploads", 1))
		u, err := Upload(t.Context(), us, "cat.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Upload(t.Context(), us, "dog.png"); !errors.Is(err, dynsupervisor.ErrMaxChildren) {
			t.Errorf("a second one: %v", err)
		}
		if n, err := Write(t.Context(), u, make([]byte, 10)); n != 10 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		if name, err := Close(t.Context(), u); name != "cat.png" || err != nil {
			t.Errorf("%q, %v", name, err)
		}
		if _, err := Write(t.Context(), u, nil); !errors.Is(err, process.NoProc) {
			t.Errorf("after the end: %v", err)
		}
	})
}
