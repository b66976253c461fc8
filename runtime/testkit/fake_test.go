package testkit_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// fake is a test that may fail without failing the one that it is in.
type fake struct {
	testing.TB
	ctx      context.Context
	failures []string
	cleanups []func()

	mu  sync.Mutex
	log strings.Builder
}

func (f *fake) Helper()                  {}
func (f *fake) Cleanup(c func())         { f.cleanups = append(f.cleanups, c) }
func (f *fake) Context() context.Context { return f.ctx }
func (f *fake) Output() io.Writer        { return f }
func (f *fake) Errorf(format string, a ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, a...))
}
func (f *fake) Failed() bool { return len(f.failures) > 0 }
func (f *fake) Fatalf(format string, a ...any) {
	f.Errorf(format, a...)
	runtime.Goexit()
}
func (f *fake) FailNow() { f.Fatalf("FailNow") }

func (f *fake) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(p)
}

// fakeTest runs f as a test of its own and returns how it failed, and what it logged.
func fakeTest(t testing.TB, f func(t *testkit.T)) (failures []string, log string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	test := &fake{TB: t, ctx: ctx}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			cancel()
			for i := len(test.cleanups) - 1; i >= 0; i-- {
				test.cleanups[i]()
			}
		}()
		f(testkit.New(test))
	}()
	<-done
	return test.failures, test.log.String()
}

// both runs f in virtual and in real time.
func both(t *testing.T, f func(t *testing.T)) {
	t.Run("virtual", func(t *testing.T) { synctest.Test(t, f) })
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		f(t)
	})
}

// wantFailure checks that a test fails once, and what it says.
func wantFailure(t *testing.T, f func(t *testkit.T), texts ...string) {
	t.Helper()
	failures, _ := fakeTest(t, f)
	if len(failures) != 1 {
		t.Fatalf("failures %q, want one with %q", failures, texts)
	}
	for _, text := range texts {
		if !strings.Contains(failures[0], text) {
			t.Errorf("failure %q, want %q in it", failures[0], text)
		}
	}
}

// wantNone checks that a test does not fail.
func wantNone(t *testing.T, f func(t *testkit.T)) {
	t.Helper()
	if failures, _ := fakeTest(t, f); len(failures) > 0 {
		t.Errorf("failures %q", failures)
	}
}
