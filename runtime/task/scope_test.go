package task_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
)

// What was cancelled before its process ended is cancelled, however soon that was.
func TestCancelledAndEnded(t *testing.T) {
	w := proctest.New(t)
	for range 500 {
		cancelled := make(chan bool, 1)
		_, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			ctx, cancel := context.WithCancel(c)
			defer cancel()
			waits := make(chan bool)
			task.Async(ctx, func(ctx context.Context) (int, error) {
				ended := ctx.Done()
				close(waits)
				select {
				case <-ended:
					cancelled <- true
				case <-time.After(time.Second):
					cancelled <- false
				}
				return 0, nil
			})
			<-waits
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !<-cancelled {
			t.Fatal("the task's context outlives the one that it was made from")
		}
	}
}

// A task that a task left behind runs on, whatever context that one had.
func TestLeftByTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		for _, ctx := range []context.Context{w.Ctx, ctx} {
			var inner *task.Task[int]
			_, err := task.Async(ctx, func(ctx context.Context) (int, error) {
				<-time.After(time.Second)
				_ = ctx.Done()
				inner = task.Async(ctx, func(ctx context.Context) (int, error) {
					select {
					case <-ctx.Done():
						return 0, ctx.Err()
					case <-time.After(time.Second):
						return 1, ctx.Err()
					}
				})
				synctest.Wait()
				return 0, nil
			}).Await(w.Ctx)
			if err != nil {
				t.Error(err)
			}
			v, err := inner.Await(w.Ctx)
			wantInt(t, "what was left", v, err, 1)
		}
	})
}

// The deadline of a context stands also for who only asks whether it has ended, when the owner is gone.
func TestDeadlineOutlivesOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Puppet()
		var tk *task.Task[int]
		owner.Do(func(c *process.Context) {
			ctx, cancel := context.WithTimeout(c, time.Minute)
			_ = cancel
			tk = task.Async(ctx, func(ctx context.Context) (int, error) {
				for n := 0; ; n++ {
					if err := ctx.Err(); err != nil || n > 100 {
						return n, err
					}
					time.Sleep(time.Second)
				}
			})
		})
		owner.Exit(nil)
		ctx, cancel := context.WithTimeout(w.Ctx, time.Hour)
		defer cancel()
		if n, err := tk.Await(ctx); n != 60 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d seconds: %v", n, err)
		}
	})
}
