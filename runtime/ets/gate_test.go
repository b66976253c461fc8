package ets

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/otplint/otplint/runtime/process"
)

// served is a process that calls f and lives until it is told to end.
func served(t *testing.T, f func(c *process.Context) error) process.PID {
	t.Helper()
	ready := make(chan error, 1)
	pid, err := process.Spawn(context.Background(), func(c *process.Context) error {
		ready <- f(c)
		<-c.Done()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Exit(context.Background(), pid, process.Kill) })
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	return pid
}

// stays checks that something does not become true although others get to run.
func stays(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 2000 {
		if happened() {
			t.Fatal(what)
		}
		runtime.Gosched()
	}
}

// A change of several keys waits for the changes that are under way, lets none begin, and holds up reads that begin.
func TestChangeAllIsAlone(t *testing.T) {
	ctx := context.Background()
	var s *Set[int, int]
	served(t, func(c *process.Context) (err error) {
		s, err = NewSet[int, int](c, WithAccess(Public))
		return err
	})
	_, in, err := s.change(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var inside, changed, read atomic.Bool
	finish, done := make(chan struct{}), make(chan struct{}, 3)
	go func() {
		_ = s.changeAll(ctx, func(*hashed[int, int]) {
			inside.Store(true)
			<-finish
		})
		done <- struct{}{}
	}()
	stays(t, "a change of all beside one of a key", inside.Load)
	s.leave(in)
	for !inside.Load() {
		runtime.Gosched()
	}
	go func() {
		_ = s.Put(ctx, 1, 1)
		changed.Store(true)
		done <- struct{}{}
	}()
	go func() {
		_, _ = s.Get(ctx, 1)
		read.Store(true)
		done <- struct{}{}
	}()
	stays(t, "a change or a read inside one of all", func() bool { return changed.Load() || read.Load() })
	close(finish)
	for range cap(done) {
		<-done
	}
}
