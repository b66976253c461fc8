package testkit_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/testkit"
)

// What a test leaves behind is killed, and told of if the test asked for it.
func TestNoLeaks(t *testing.T) {
	both(t, func(t *testing.T) {
		var left process.PID
		leave := func(t *testkit.T) {
			ref, err := genserver.Start(t.Context(), func() *worker { return new(worker) }, genserver.WithName("left"))
			if err != nil {
				t.Fatalf("start: %v", err)
			}
			left = t.Watch(ref.Dest()).PID()
		}
		wantNone(t, leave)
		if left.Alive() {
			t.Error("the process lives on")
		}
		wantFailure(t, func(t *testkit.T) {
			t.Within(10 * time.Millisecond).NoLeaks()
			leave(t)
		}, "1 processes left behind", `"left"`, "*testkit_test.worker")
		if left.Alive() {
			t.Error("the process lives on")
		}
	})
}

// A process that ends by itself soon after the test is no leak.
func TestNoLeaksWaits(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			t.NoLeaks()
			_, err := process.Spawn(t.Context(), func(c *process.Context) error {
				process.Receive(c, process.After(20*time.Millisecond))
				return nil
			})
			if err != nil {
				t.Fatalf("spawn: %v", err)
			}
		})
	})
}

// Not parallel: it looks at the whole program.
func TestVerify(t *testing.T) {
	run := func(tests func() int) (int, string) {
		var out bytes.Buffer
		code := testkit.Verify(tests, &out, 200*time.Millisecond)
		return code, out.String()
	}
	if code, out := run(func() int { return 3 }); code != 3 || out != "" {
		t.Errorf("tests that fail: %d, %s", code, out)
	}
	ctx := process.WithNode(context.Background(), process.NewNode("other"))
	release := make(chan struct{})
	pid, err := process.Spawn(ctx, func(*process.Context) error { <-release; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if code, out := run(func() int { return 0 }); code != 1 || !strings.Contains(out, "TestVerify") || !strings.Contains(out, "goroutines left behind") {
		t.Errorf("a goroutine that is left: %d, %s", code, out)
	}
	close(release)
	process.Wait(ctx, pid)

	idle, err := genserver.Start(context.Background(), func() *worker { return new(worker) })
	if err != nil {
		t.Fatal(err)
	}
	if code, out := run(func() int { return 0 }); code != 1 || !strings.Contains(out, "*testkit_test.worker") {
		t.Errorf("a process that is left: %d, %s", code, out)
	}
	genserver.Stop(context.Background(), idle, nil)
}
