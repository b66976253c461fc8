package task

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/otplint/otplint/runtime/process"
)

// A start that is given up while the process registers either comes to nothing or is undone: the owner is not linked to what
// is then asked to end, and would take it along.
func TestGivenUpWhileRegistering(t *testing.T) {
	ctx := process.WithNode(context.Background(), process.NewNode(t.Name()))
	spawn := func() *process.Context {
		ready := make(chan *process.Context)
		if _, err := process.Spawn(ctx, func(c *process.Context) error {
			c.TrapExit(true)
			ready <- c
			for {
				if _, err := process.Receive(c); err != nil {
					return err
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
		return <-ready
	}
	defer func() {
		for pid := range process.NodeOf(ctx).Processes() {
			process.Exit(ctx, pid, process.Kill)
		}
	}()
	owner := spawn()
	for range 500 {
		process.Join(owner.Self(), spawn().Self())
	}
	var over atomic.Bool
	var all sync.WaitGroup
	defer all.Wait()
	defer over.Store(true)
	for range 2 { // so many links take time to list, and keep a new one waiting
		all.Go(func() {
			for !over.Load() {
				process.InfoOf(ctx, owner.Self())
			}
		})
	}
	for range 100 {
		started := spawn().Self()
		task := new(Task[int])
		task.prepare(owner, nil, true)
		var givenUp sync.WaitGroup
		givenUp.Go(func() {
			for task.PID().IsZero() { // until it is being registered
			}
			task.giveUp(errGivenUp)
		})
		_ = linkedBirth[int]{(*birth[int])(task)}.Register(started)
		givenUp.Wait()
		if info, _ := process.InfoOf(ctx, owner.Self()); slices.Contains(info.Links, started) {
			t.Fatal("the owner is linked to a task whose start was given up")
		}
	}
}
