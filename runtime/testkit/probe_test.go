package testkit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/testkit"
)

type tick struct{ N int }

// send sends a probe messages.
func send(t *testkit.T, p *testkit.Probe, msgs ...any) {
	t.Helper()
	for _, msg := range msgs {
		if err := process.Send(t.Context(), p, msg); err != nil {
			t.Fatalf("send: %v", err)
		}
	}
}

// Expect takes what it is asked for and leaves the rest, in order.
func TestExpect(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			t.NoLeaks()
			p := testkit.NewProbe(t, process.WithName("probe"))
			send(t, p, tick{1}, "one", tick{2}, "two", tick{3})
			three := testkit.Expect(p, func(k tick) bool { return k.N > 1 }, func(k tick) bool { return k.N != 2 })
			two := testkit.Expect(p, func(s string) bool { return s == "two" })
			first, second, third := testkit.Expect[any](p), testkit.Expect[string](p), testkit.Expect[tick](p)
			if got := fmt.Sprintf("%v %v %v %v %v", three, two, first, second, third); got != "{3} two {1} one {2}" {
				t.Errorf("got %s", got)
			}
			testkit.ExpectNone[any](p, time.Millisecond)
			if pid, _ := process.WhereIs(t.Context(), "probe"); pid != p.PID() || !strings.Contains(p.String(), pid.String()) {
				t.Errorf("the name is %v's, the probe is %v", pid, p)
			}
		})
	})
}

// Expect waits for what comes later.
func TestExpectWaits(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			p.Do(func(c *process.Context) {
				c.SendAfter(20*time.Millisecond, tick{1})
				c.SendAfter(40*time.Millisecond, tick{2})
			})
			testkit.ExpectNone(p, 100*time.Millisecond, func(k tick) bool { return k.N > 2 })
			testkit.Expect(p, func(k tick) bool { return k.N == 2 })
			testkit.Expect[tick](p)
		})
	})
}

func TestExpectFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) {
			testkit.Expect[tick](testkit.NewProbe(t).Within(10 * time.Millisecond))
		}, "no testkit_test.tick within 10ms", "no other message")
		wantFailure(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			send(t, p, tick{7}, strings.Repeat("long", 1000))
			for i := range 30 {
				send(t, p, i)
			}
			testkit.Expect(p.Within(10*time.Millisecond), func(k tick) bool { return k.N == 8 })
		}, "no testkit_test.tick", "tick {N:7} (does not match)", "string long", "...\n", "int 17", "and 12 more")
		wantFailure(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			send(t, p, "other", tick{7})
			testkit.ExpectNone[tick](p, time.Second)
		}, "got testkit_test.tick {N:7}", "expected no testkit_test.tick within 1s")
		wantFailure(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			p.Do(func(c *process.Context) { c.SendAfter(10*time.Millisecond, tick{7}) })
			testkit.ExpectNone[any](p, 10*time.Second)
		}, "got testkit_test.tick {N:7}", "within 10s")
	})
}

// A probe that has ended says so at once.
func TestExpectOfDead(t *testing.T) {
	both(t, func(t *testing.T) {
		begun := time.Now()
		wantFailure(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			t.Kill(p)
			testkit.Expect[tick](p)
		}, "no testkit_test.tick")
		wantFailure(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			t.Kill(p)
			p.Do(func(*process.Context) {})
		}, "has ended")
		if d := time.Since(begun); d >= testkit.Patience {
			t.Errorf("it took %v", d)
		}
	})
}

// What a probe is linked to may crash.
func TestProbeTrapsExits(t *testing.T) {
	both(t, func(t *testing.T) {
		wantNone(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			w := testkit.Start(t, workerChild("w", nil))
			p.Do(func(c *process.Context) {
				if err := c.Link(w.Dest()); err != nil {
					t.Errorf("link: %v", err)
				}
			})
			dead := t.Crash(w.Dest())
			testkit.Expect(p, func(e process.Exited) bool { return e.From == dead && e.Reason == testkit.ErrCrash })
		})
	})
}

func TestDoFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) {
			testkit.NewProbe(t).Do(func(*process.Context) { panic("oops") })
		}, "panic in Do: oops", "probe_test.go")
		failures, _ := fakeTest(t, func(t *testkit.T) {
			p := testkit.NewProbe(t)
			p.Do(func(*process.Context) { p.Within(time.Second).Monitor(process.Name("x")) })
		})
		if len(failures) != 2 || !strings.Contains(failures[0], "inside Do") || !strings.Contains(failures[1], "has ended") {
			t.Errorf("failures %q", failures)
		}
		failures, _ = fakeTest(t, func(t *testkit.T) {
			testkit.NewProbe(t).Do(func(*process.Context) { t.Fatalf("from inside") })
		})
		if len(failures) != 2 || failures[0] != "from inside" || !strings.Contains(failures[1], "has ended") {
			t.Errorf("failures %q", failures)
		}
	})
}

// A name that is taken refuses a probe.
func TestNewProbeFails(t *testing.T) {
	both(t, func(t *testing.T) {
		wantFailure(t, func(t *testkit.T) {
			testkit.NewProbe(t, process.WithName("p"))
			testkit.NewProbe(t, process.WithName("p"))
		}, "start a probe", `"p"`)
	})
}
