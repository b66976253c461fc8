package application_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// What is just starting when ctx ends finishes its start; what comes after it does not begin; what runs is stopped in order.
func TestRunCancelledInTheStart(t *testing.T) {
	bubble(t, func(e *env) {
		_, b, c := e.chain()
		start := b.Start
		b.Start = func(ctx context.Context) (application.Instance, error) {
			time.Sleep(time.Minute)
			return start(ctx)
		}
		ctx, cancel := context.WithTimeout(e.Ctx, time.Second)
		defer cancel()
		wantErr(t, "run", e.ctl.Run(ctx, c), nil)
		e.want("+a, +b, b.prep_stop, b tree down, b.stop, a.prep_stop, a tree down, a.stop")
		e.ctl = new(application.Controller)
		wantErr(t, "run with an ended context", e.ctl.Run(ctx, c), nil)
		e.want("")
	})
}

// Run ends when nothing is left to run, and fails if the last that ran crashed.
func TestRunUntilNothingRuns(t *testing.T) {
	for _, end := range endings {
		bubble(t, func(e *env) {
			a, b := e.app("a", &application.App{Name: "lib"}), e.app("b")
			ended := e.run(e.Ctx, a, b)
			e.end("a", errBoom)
			select {
			case err := <-ended:
				t.Fatalf("run ended though b runs: %v", err)
			default:
			}
			e.end("b", end.reason)
			err := <-ended
			var down *application.NodeDown
			switch {
			case end.reason == process.Normal: // it was a that failed
				if !errors.As(err, &down) || down.App != "a" || down.Reason != errBoom {
					t.Errorf("run: %v", err)
				}
			case !errors.As(err, &down) || down.App != "b" || !errors.Is(down.Reason, end.seen):
				t.Errorf("run: %v", err)
			}
		})
	}
	bubble(t, func(e *env) {
		ended := e.run(e.Ctx, e.app("a"))
		e.end("a", process.Normal)
		wantErr(t, "run", <-ended, nil)
	})
	bubble(t, func(e *env) {
		wantErr(t, "run of a library", e.ctl.Run(e.Ctx, &application.App{Name: "lib"}), nil)
	})
	bubble(t, func(e *env) {
		a := e.app("a")
		ended := e.run(e.Ctx, a)
		wantErr(t, "stop", e.ctl.Stop(e.Ctx, a), nil)
		wantErr(t, "run", <-ended, nil)
	})
}

// What crashed before is no failure of a run that is ended from outside.
func TestCrashBeforeTheStop(t *testing.T) {
	for _, stop := range []func(e *env, cancel func()){
		func(_ *env, cancel func()) { cancel() },
		func(e *env, _ func()) { wantErr(e.T, "shutdown", e.ctl.Shutdown(e.Ctx), nil) },
	} {
		bubble(t, func(e *env) {
			ctx, cancel := context.WithCancel(e.Ctx)
			defer cancel()
			ended := e.run(ctx, e.app("a"), e.app("b"))
			e.end("a", errBoom)
			stop(e, cancel)
			wantErr(t, "run", <-ended, nil)
		})
	}
}

// A permanent application that ends during the start of another ends that run, too.
func TestDownInTheStart(t *testing.T) {
	bubble(t, func(e *env) {
		a, b, c := e.chain()
		a.Mode = application.Permanent
		start := b.Start
		b.Start = func(ctx context.Context) (application.Instance, error) {
			time.Sleep(time.Minute)
			return start(ctx)
		}
		ended := e.run(e.Ctx, c)
		e.end("a", errBoom)
		var down *application.NodeDown
		if err := <-ended; !errors.As(err, &down) || down.App != "a" {
			t.Errorf("run: %v", err)
		}
		e.want("+a, a tree down, a.prep_stop, a.stop, +b, b.prep_stop, b tree down, b.stop")
	})
}

// Who shuts the controller down ends its run, without a failure; it can not be run again.
func TestShutdownEndsRun(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.app("a")
		ended := e.run(e.Ctx, a)
		wantErr(t, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		wantErr(t, "run", <-ended, nil)
		wantErr(t, "run again", e.ctl.Run(e.Ctx, a), application.ErrShutdown)
	})
}

// A crash during an ordered stop is no failure of the run: the tree was to end.
func TestCrashInTheStop(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.app("a")
		a.Mode = application.Permanent
		b := e.change("b", func(inst *application.Instance) {
			inst.PrepStop = func(context.Context) {
				wantErr(t, "end of a", genserver.Stop(e.Ctx, e.trees["a"], errBoom), nil)
				time.Sleep(time.Second)
			}
		}, a)
		ctx, cancel := context.WithCancel(e.Ctx)
		ended := e.run(ctx, b)
		cancel()
		wantErr(t, "run", <-ended, nil)
		e.want("+a, +b, a tree down, a.prep_stop, a.stop, b tree down, b.stop")
	})
}
