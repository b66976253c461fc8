package task_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
)

// upTo are the numbers from 1 to n.
func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 1; i <= n && yield(i); i++ {
		}
	}
}

// counter counts what runs.
type counter struct{ started, running, most atomic.Int32 }

func (r *counter) count(f func(context.Context, int) (int, error)) func(context.Context, int) (int, error) {
	return func(ctx context.Context, n int) (int, error) {
		r.started.Add(1)
		now := r.running.Add(1)
		defer r.running.Add(-1)
		for most := r.most.Load(); now > most && !r.most.CompareAndSwap(most, now); most = r.most.Load() {
		}
		return f(ctx, n)
	}
}

// seconds takes n seconds, unless its context ends first.
func seconds(ctx context.Context, n int) (int, error) {
	select {
	case <-time.After(time.Duration(n) * time.Second):
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// results are the elements of a stream.
func results(stream iter.Seq2[int, error]) (ns []int, errs []error) {
	for n, err := range stream {
		ns, errs = append(ns, n), append(errs, err)
	}
	return ns, errs
}

// isNone reports whether there are no errors.
func isNone(errs []error) bool {
	return !slices.ContainsFunc(errs, func(err error) bool { return err != nil })
}

var streamCases = []conformance.Case{
	{ID: "TSK-031", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		var r counter
		asked := false
		stream := task.AsyncStream(w.Ctx, func(yield func(int) bool) { asked = true; yield(1) }, r.count(same))
		time.Sleep(time.Second)
		if r.started.Load() != 0 || asked {
			t.Error("it began before the range")
		}
		for range 2 { // each range is a run of its own
			if ns, errs := results(stream); !slices.Equal(ns, []int{1}) || !isNone(errs) {
				t.Errorf("%v, %v", ns, errs)
			}
		}
		if n := r.started.Load(); n != 2 {
			t.Errorf("%d ran", n)
		}
	}},
	{ID: "TSK-032", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		var r counter
		ns, errs := results(task.AsyncStream(w.Ctx, upTo(30), r.count(func(ctx context.Context, n int) (int, error) {
			_, err := seconds(ctx, n%4)
			return n, err
		}), task.MaxConcurrency(3)))
		if !slices.Equal(ns, slices.Collect(upTo(30))) || !isNone(errs) {
			t.Errorf("%v, %v", ns, errs)
		}
		if most := r.most.Load(); most != 3 {
			t.Errorf("%d at a time", most)
		}
	}},
	{ID: "TSK-033", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, ordered := range []bool{true, false} {
			var r counter
			late := func(ctx context.Context, n int) (int, error) {
				if n == 1 {
					_, err := seconds(ctx, 4)
					return n, err
				}
				return n, nil
			}
			go func() {
				ns, _ := results(task.AsyncStream(w.Ctx, upTo(6), r.count(late), task.MaxConcurrency(2), task.Ordered(ordered)))
				want := []int{1, 2, 3, 4, 5, 6}
				if !ordered {
					want = []int{2, 3, 4, 5, 6, 1}
				}
				if !slices.Equal(ns, want) {
					t.Errorf("%v, want %v", ns, want)
				}
			}()
			time.Sleep(time.Second)
			if n := r.started.Load(); n != 6 || r.running.Load() != 1 {
				t.Errorf("ordered %v: %d were started while the first ran", ordered, n)
			}
			time.Sleep(5 * time.Second)
		}
	}},
	{ID: "TSK-034", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		ns, errs := results(task.AsyncStream(w.Ctx, slices.Values([]int{4, 2, 3, 1}), seconds, task.MaxConcurrency(4), task.Ordered(false)))
		if !slices.Equal(ns, []int{1, 2, 3, 4}) || !isNone(errs) {
			t.Errorf("%v, %v", ns, errs)
		}
	}},
	{ID: "TSK-035", Standing: conformance.Changed, Why: "Without KillOnTimeout the stream ends with ErrTimeout as its last element, instead of the consumer's exit.", Test: func(t *testing.T) {
		w := proctest.New(t)
		taking(t, 5*time.Second, func() {
			ns, errs := results(task.AsyncStream(w.Ctx, slices.Values([]int{1, 20, 2, 3}), seconds, task.MaxConcurrency(2)))
			if !slices.Equal(ns, []int{1, 0}) || errs[0] != nil || !errors.Is(errs[1], task.ErrTimeout) {
				t.Errorf("%v, %v", ns, errs)
			}
		})
		wantNobody(w)
		taking(t, 4500*time.Millisecond, func() { // the fifth begins when the third is done
			ns, errs := results(task.AsyncStream(w.Ctx, slices.Values([]int{1, 20, 2, 1, 30, 1}), seconds, task.MaxConcurrency(3), task.Timeout(2500*time.Millisecond), task.KillOnTimeout()))
			if !slices.Equal(ns, []int{1, 0, 2, 1, 0, 1}) {
				t.Errorf("%v, %v", ns, errs)
			}
			wantExit(t, "the second", errs[1], task.ErrTimeout)
			wantExit(t, "the fifth", errs[4], task.ErrTimeout)
		})
	}},
	{ID: "TSK-036", Standing: conformance.Changed, Why: "The error is an *InputError, also for an error that the function returns.", Test: func(t *testing.T) {
		w := proctest.New(t)
		_, errs := results(task.AsyncStream(w.Ctx, upTo(4), func(ctx context.Context, n int) (int, error) {
			switch n {
			case 2:
				panic(errBoom)
			case 3:
				return seconds(ctx, 30)
			case 4:
				return 0, errBoom
			}
			return n, nil
		}, task.WithInput(), task.KillOnTimeout(), task.MaxConcurrency(4)))
		if errs[0] != nil {
			t.Errorf("the first: %v", errs[0])
		}
		for i, reason := range []error{errBoom, task.ErrTimeout, errBoom} {
			var e *task.InputError[int]
			if err := errs[i+1]; !errors.As(err, &e) || e.Input != i+2 || !errors.Is(err, reason) {
				t.Errorf("of %d: %v", i+2, err)
			}
		}
	}},
	{ID: "TSK-037", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w)
		second := func(_ context.Context, n int) (int, error) {
			if n == 2 {
				panic(errBoom)
			}
			return n, nil
		}
		wantElements := func(stream iter.Seq2[int, error]) {
			ns, errs := results(stream)
			if !slices.Equal(ns, []int{1, 0, 3}) || errs[0] != nil || errs[2] != nil {
				t.Errorf("%v, %v", ns, errs)
			}
			wantExit(t, "the second", errs[1], errBoom)
		}
		plain, trapping := w.Puppet(), w.Trapping()
		trapping.Do(func(c *process.Context) { wantElements(task.AsyncStream(c, upTo(3), second)) })
		trapping.WantNothing()
		plain.Do(func(c *process.Context) { wantElements(task.AsyncStreamNoLink(c, sup, upTo(3), second)) })
		plain.Want(nil)
		plain.WantNothing()
		wantElements(task.AsyncStream(w.Ctx, upTo(3), second)) // a plain goroutine has nobody to end
		supervised := w.Puppet()
		plain.Do(func(c *process.Context) { results(task.AsyncStream(c, upTo(3), second)) })
		supervised.Do(func(c *process.Context) { results(task.AsyncStreamIn(c, sup, upTo(3), second)) })
		for _, p := range []*proctest.Puppet{plain, supervised} {
			var crash *process.PanicError
			if err := p.Reason(); !errors.As(err, &crash) || crash.Value != errBoom {
				t.Errorf("the consumer: %v", err)
			}
		}
	}},
	{ID: "TSK-038", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		var r counter
		consumer := w.Trapping()
		consumer.Do(func(c *process.Context) {
			got := 0
			for _, err := range task.AsyncStream(c, upTo(100), r.count(seconds), task.MaxConcurrency(4)) {
				if got++; err != nil || got == 2 {
					break
				}
			}
			if n := r.started.Load(); got != 2 || n != 5 || r.running.Load() != 0 {
				t.Errorf("%d taken, %d started, %d running", got, n, r.running.Load())
			}
		})
		wantNobody(w, consumer.PID)
		consumer.WantNothing()
		if links := w.Links(consumer.PID); len(links) != 0 {
			t.Errorf("links %v", links)
		}
	}},
	{ID: "TSK-039", Standing: conformance.Changed, Why: "The stream ends with ErrMaxChildren as its last element.", Test: func(t *testing.T) {
		w := proctest.New(t)
		sup := startSup(w, dynsupervisor.MaxChildren(2))
		ns, errs := results(task.AsyncStreamIn(w.Ctx, sup, upTo(4), seconds, task.MaxConcurrency(3)))
		if len(ns) != 1 || !errors.Is(errs[0], dynsupervisor.ErrMaxChildren) {
			t.Errorf("%v, %v", ns, errs)
		}
		synctest.Wait()
		if counts, err := dynsupervisor.CountChildren(w.Ctx, sup); counts.Active != 0 || err != nil {
			t.Errorf("%+v, %v", counts, err)
		}
		// As many as there is room for.
		ns, errs = results(task.AsyncStreamIn(w.Ctx, sup, upTo(50), same, task.MaxConcurrency(2)))
		if len(ns) != 50 || !isNone(errs) {
			t.Errorf("%v, %v", ns, errs)
		}
	}},
	{ID: "TSK-040", Standing: conformance.Changed, Why: "ErrOption is the stream's first and only element; a task's bad Shutdown fails its start. Another on_timeout does not compile.", Test: func(t *testing.T) {
		w := proctest.New(t)
		for i, opt := range []task.StreamOption{task.MaxConcurrency(0), task.Timeout(0), task.Timeout(-2), task.StopWithin(-2)} {
			var r counter
			ns, errs := results(task.AsyncStream(w.Ctx, upTo(3), r.count(same), opt))
			if len(ns) != 1 || !errors.Is(errs[0], task.ErrOption) || r.started.Load() != 0 {
				t.Errorf("%d: %v, %v", i, ns, errs)
			}
		}
		if _, err := task.AsyncIn(w.Ctx, startSup(w), one, task.Shutdown(-2)); err == nil {
			t.Error("a bad Shutdown was accepted")
		}
		if _, err := task.YieldMany(w.Ctx, 0, []*task.Task[int]{task.Completed(1)}, task.Limit(0)); !errors.Is(err, task.ErrOption) {
			t.Errorf("a bad Limit: %v", err)
		}
	}},
}
