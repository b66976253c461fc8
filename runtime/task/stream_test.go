package task_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// wantNobody checks that no process but these is left.
func wantNobody(w *proctest.World, but ...process.PID) {
	w.T.Helper()
	synctest.Wait()
	for pid := range w.Node.Processes() {
		if !slices.Contains(but, pid) {
			w.T.Errorf("%v is left", pid)
		}
	}
}

// However the range ends, what runs is stopped, and nothing is started any more.
func TestStreamLeft(t *testing.T) {
	for name, leave := range map[string]func(){
		"panic":  func() { panic("in the body") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := proctest.New(t)
				var r counter
				done := make(chan any)
				go func() {
					defer func() { done <- recover() }()
					for range task.AsyncStream(w.Ctx, upTo(100), r.count(seconds), task.MaxConcurrency(3)) {
						leave()
					}
				}()
				<-done
				wantNobody(w)
				if n := r.started.Load(); n != 3 {
					t.Errorf("%d were started", n)
				}
			})
		})
	}
}

// A panic of the inputs' iterator goes to who ranges.
func TestStreamBadInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		func() {
			defer func() {
				if v := recover(); v != "no more" {
					t.Errorf("recovered %v", v)
				}
			}()
			results(task.AsyncStream(w.Ctx, func(yield func(int) bool) { yield(60); panic("no more") }, seconds, task.MaxConcurrency(4)))
		}()
		wantNobody(w)
	})
}

// A context that ends, ends the stream.
func TestStreamContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		ctx, cancel := context.WithTimeout(w.Ctx, 2500*time.Millisecond)
		defer cancel()
		taking(t, 2500*time.Millisecond, func() {
			ns, errs := results(task.AsyncStream(ctx, slices.Values([]int{1, 2, 60, 60, 60, 60}), seconds, task.MaxConcurrency(3)))
			if last := len(errs) - 1; last < 2 || !slices.Equal(ns[:2], []int{1, 2}) || !errors.Is(errs[last], context.DeadlineExceeded) {
				t.Errorf("%v, %v", ns, errs)
			}
		})
		wantNobody(w)
		ns, errs := results(task.AsyncStream(ctx, upTo(3), same))
		if len(ns) != 1 || !errors.Is(errs[0], task.ErrTimeout) {
			t.Errorf("a context that has ended: %v, %v", ns, errs)
		}
	})
}

// A process that is killed while it ranges takes the tasks along, wherever its goroutine is stuck.
func TestStreamOwnerKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		stuck := make(chan bool)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			for range task.AsyncStream(c, slices.Values([]int{0, 60, 60, 60}), seconds, task.MaxConcurrency(4)) {
				<-stuck
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		process.Exit(w.Ctx, pid, process.Kill)
		taking(t, 0, func() { wantNobody(w) })
		close(stuck)
	})
}

// Functions that do not watch their context are abandoned when their time is over.
func TestStreamStopWithin(t *testing.T) {
	for limit, took := range map[time.Duration]time.Duration{
		2 * time.Second:       2 * time.Second,
		supervisor.BrutalKill: 0,
		supervisor.Infinity:   time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := proctest.New(t)
			f := func(ctx context.Context, n int) (int, error) {
				if time.Sleep(time.Second); n > 1 { // until all are busy
					time.Sleep(time.Minute)
				}
				return n, nil
			}
			taking(t, time.Second+took, func() {
				for range task.AsyncStream(w.Ctx, upTo(3), f, task.MaxConcurrency(3), task.StopWithin(limit)) {
					break
				}
			})
			wantNobody(w)
			time.Sleep(2 * time.Minute)
			if n := w.Node.Abandoned(); n != 0 {
				t.Errorf("%d abandoned", n)
			}
		})
	}
}

// The time of an item is its own, whatever pauses the inputs and the body make.
func TestStreamTimeoutOfEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		in := func(yield func(int) bool) {
			for _, n := range []int{1, 3, 1, 3, 3, 1} {
				time.Sleep(5 * time.Second)
				if !yield(n) {
					return
				}
			}
		}
		for _, most := range []int{1, 2, 6} {
			var got []int
			for n, err := range task.AsyncStream(w.Ctx, in, seconds, task.MaxConcurrency(most), task.Timeout(2*time.Second), task.KillOnTimeout()) {
				if (n == 0) != (err != nil) {
					t.Errorf("%d, %v", n, err)
				}
				got = append(got, n)
				time.Sleep(7 * time.Second)
			}
			if !slices.Equal(got, []int{1, 0, 1, 0, 0, 1}) {
				t.Errorf("%d at a time: %v", most, got)
			}
		}
		wantNobody(w)
	})
}

// A stream in a stream, with crashes in both.
func TestStreamNested(t *testing.T) {
	w := proctest.New(t)
	var crashes atomic.Int32
	total := 0
	for n, err := range task.AsyncStream(w.Ctx, upTo(50), func(ctx context.Context, i int) (int, error) {
		c, _ := process.ContextOf(ctx)
		c.TrapExit(true)
		sum := 0
		for n, err := range task.AsyncStream(ctx, upTo(50), func(_ context.Context, j int) (int, error) {
			if i == j {
				panic("inner")
			}
			return 1, nil
		}, task.Ordered(false), task.MaxConcurrency(7)) {
			if err != nil {
				crashes.Add(1)
			}
			sum += n
		}
		if i%10 == 0 {
			panic("outer")
		}
		return sum, nil
	}, task.MaxConcurrency(4)) {
		if err != nil {
			crashes.Add(1)
		}
		total += n
	}
	if n := crashes.Load(); n != 55 || total != 45*49 {
		t.Errorf("%d crashes, total %d", n, total)
	}
}

// As many tasks as the supervisor has room for are never too many.
func TestStreamFillsSupervisor(t *testing.T) {
	w := proctest.New(t)
	sup := startSup(w, dynsupervisor.MaxChildren(3))
	n := 0
	for _, err := range task.AsyncStreamNoLink(w.Ctx, sup, upTo(2000), same, task.MaxConcurrency(3), task.Ordered(false)) {
		if n++; err != nil {
			t.Fatalf("the %dth: %v", n, err)
		}
	}
}

// Tasks are killed, streams are left, and processes die that range, all at any moment: nothing is left of it.
func TestStreamUnderFire(t *testing.T) {
	w := proctest.New(t)
	sup := startSup(w)
	before := len(slices.Collect(w.Node.Processes()))
	var fire sync.WaitGroup
	for range 60 {
		fire.Go(func() {
			pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
				c.TrapExit(rand.IntN(2) == 0)
				f := func(ctx context.Context, n int) (int, error) {
					self, _ := process.SelfOf(ctx)
					switch n % 7 {
					case 1:
						panic("on purpose")
					case 2:
						go process.Exit(w.Ctx, self, process.Kill)
					}
					time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
					return n, ctx.Err()
				}
				opts := []task.StreamOption{task.MaxConcurrency(5), task.Ordered(rand.IntN(2) == 0), task.Timeout(200 * time.Microsecond), task.KillOnTimeout()}
				stream := task.AsyncStream(c, upTo(200), f, opts...)
				if rand.IntN(2) == 0 {
					stream = task.AsyncStreamIn(c, sup, upTo(200), f, opts...)
				}
				got, most := 0, rand.IntN(150)
				for range stream {
					if got++; got == most {
						break
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			if rand.IntN(3) == 0 {
				time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
				process.Exit(w.Ctx, pid, process.Kill)
			}
			_, _ = process.Wait(w.Ctx, pid)
		})
	}
	fire.Wait()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		left := len(slices.Collect(w.Node.Processes())) - before
		if left == 0 && w.Node.Abandoned() == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d processes left, %d abandoned", left, w.Node.Abandoned())
		}
	}
}

// A stream starts nothing once its time is over, whichever timer is the first to notice.
func TestStreamStartsNothingAfterTheDeadline(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			deadline, _ := ctx.Deadline()
			var late atomic.Int64
			endless := func(yield func(int) bool) {
				for n := 0; yield(n); n++ {
				}
			}
			var last error
			for _, last = range task.AsyncStream(ctx, endless, func(ctx context.Context, _ int) (int, error) {
				if !time.Now().Before(deadline) {
					late.Add(1)
				}
				select {
				case <-ctx.Done():
					return 0, ctx.Err()
				case <-time.After(100 * time.Millisecond):
					return 1, nil
				}
			}, task.MaxConcurrency(4), task.Ordered(false)) {
			}
			if late.Load() > 0 || !errors.Is(last, context.DeadlineExceeded) {
				t.Errorf("%d items were started after the deadline; the stream ended with %v", late.Load(), last)
			}
		})
	}
}
