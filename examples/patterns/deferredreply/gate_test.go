package deferredreply

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestGate(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		g := testkit.Start(t, Child("gate"))
		passed := make(chan error, 2)
		for range 2 {
			go func() { passed <- Wait(t.Context(), g) }()
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := Wait(short, g); !errors.Is(err, process.ErrTimeout) {
			t.Errorf("a closed gate: %v", err)
		}
		synctest.Wait()
		if len(passed) != 0 {
			t.Error("the gate was closed, and they passed")
		}
		Open(t.Context(), g)
		for range 2 {
			if err := <-passed; err != nil {
				t.Error(err)
			}
		}
		if err := Wait(t.Context(), g); err != nil {
			t.Errorf("an open gate: %v", err)
		}
	})
}

// Whoever waits hears of a crash at once.
func TestCrash(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		g := testkit.Start(t, Child("gate"))
		passed := make(chan error, 1)
		go func() { passed <- Wait(t.Context(), g) }()
		synctest.Wait()
		t.Crash(g.Dest())
		if err := <-passed; !errors.Is(err, testkit.ErrCrash) {
			t.Errorf("got %v", err)
		}
	})
}
