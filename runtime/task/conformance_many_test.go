package task_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
)

var manyCases = []conformance.Case{
	{ID: "TSK-008", Standing: conformance.Changed, Why: "AwaitAll returns the error of the first that fails; the others run on.", Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Trapping()
		_ = process.Send(w.Ctx, owner.PID, "foreign")
		owner.Do(func(c *process.Context) {
			if vs, err := task.AwaitAll[int](c); len(vs) != 0 || err != nil {
				t.Errorf("none: %v, %v", vs, err)
			}
			vs, err := task.AwaitAll(c, task.Async(c, deaf(2*time.Second)), task.Async(c, one), task.Completed(2))
			if !slices.Equal(vs, []int{7, 1, 2}) || err != nil {
				t.Errorf("three: %v, %v", vs, err)
			}
			slow, bad := task.Async(c, deaf(time.Minute)), task.Async(c, boom)
			taking(t, 0, func() {
				_, err := task.AwaitAll(c, slow, bad)
				wantExit(t, "one that fails", err, errBoom)
			})
			taking(t, 5*time.Second, func() {
				if _, err := task.AwaitAll(c, task.Async(c, deaf(4*time.Second)), slow); !errors.Is(err, task.ErrTimeout) {
					t.Errorf("all of them in time: %v", err)
				}
			})
			if !slow.PID().Alive() {
				t.Error("the others do not run on")
			}
		})
		if got := owner.Got(); len(got) == 0 || got[0] != "foreign" {
			t.Errorf("messages %v", got)
		}
		time.Sleep(time.Minute)
	}},
	{ID: "TSK-011", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		owner := w.Trapping()
		owner.Do(func(c *process.Context) {
			start := func() []*task.Task[int] {
				return []*task.Task[int]{task.Async(c, forever), task.Async(c, boom), task.Async(c, deaf(2*time.Second))}
			}
			many := func(ts []*task.Task[int], took time.Duration, opts ...task.YieldOption) (ended []*task.Done[int]) {
				t.Helper()
				taking(t, took, func() {
					var err error
					if ended, err = task.YieldMany(c, 3*time.Second, ts, opts...); err != nil || len(ended) != len(ts) || ended[0] != nil {
						t.Errorf("%v, %v", ended, err)
					}
				})
				wantExit(t, "the second", ended[1].Err, errBoom)
				if ended[1].Task != ts[1] {
					t.Error("of another task")
				}
				return ended
			}
			ts := start()
			if third := many(ts, 3*time.Second)[2]; third.Value != 7 || third.Err != nil {
				t.Errorf("the third: %v", third)
			}
			if !ts[0].PID().Alive() {
				t.Error("nothing was to be done with what is late")
			}
			many(ts, 3*time.Second, task.KillLate())
			if ts[0].PID().Alive() {
				t.Error("what was to be killed lives")
			}
			ts = start()
			many(ts, 3*time.Second, task.IgnoreLate())
			if links := w.Links(c.Self()); slices.Contains(links, ts[0].PID()) {
				t.Error("what was to be ignored is linked")
			}
			process.Exit(c, ts[0].PID(), process.Kill)
			ts = start()
			if ended := many(ts, 0, task.Limit(1), task.KillLate()); ended[2] != nil || !ts[0].PID().Alive() {
				t.Errorf("limited: %v", ended)
			}
			ts[0].Shutdown(c, 0)
		})
		time.Sleep(time.Minute)
	}},
}
