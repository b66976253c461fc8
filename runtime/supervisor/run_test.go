package supervisor_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestRunStopsInOrder(t *testing.T) {
	bubble(t, func(e *env) {
		ctx, cancel := context.WithCancel(e.Ctx)
		tree := supervisor.Supervisor("root", one, []supervisor.Spec{
			e.worker("db"),
			supervisor.Supervisor("inner", one, specs(e.worker("a", stopTakes(time.Minute)).Shutdown(time.Hour))),
			e.worker("http"),
		})
		done := make(chan error, 1)
		go func() { done <- supervisor.Run(ctx, tree) }()
		e.want("+db +a +http")
		cancel()
		wantErr(t, "run", <-done, nil)
		e.want("-http(shutdown) -a(shutdown) -db(shutdown)")
	})
}

// What has been started when ctx ends is stopped in order too.
func TestRunCancelledInTheStart(t *testing.T) {
	bubble(t, func(e *env) {
		ctx, cancel := context.WithTimeout(e.Ctx, 50*time.Millisecond)
		defer cancel()
		err := supervisor.Run(ctx, supervisor.Supervisor("root", one, specs(e.worker("a"), e.worker("b", startTakes(time.Second)))))
		wantErr(t, "run", err, nil)
		e.want("+a +b -b(shutdown) -a(shutdown)")
		wantErr(t, "run with an ended context", supervisor.Run(ctx, supervisor.Supervisor("root", one, specs(e.worker("a")))), nil)
		e.want("")
	})
}

func TestRunTellsWhyTheTreeEnded(t *testing.T) {
	bubble(t, func(e *env) {
		run := func(tree supervisor.Child[supervisor.Ref], then func()) error {
			done := make(chan error, 1)
			go func() { done <- supervisor.Run(e.Ctx, tree) }()
			synctest.Wait()
			then()
			return <-done
		}
		e.plan("a", fail)
		e.wantStartError(run(supervisor.Supervisor("root", one, specs(e.worker("a"))), func() {}), "a", errBoom)

		a := e.worker("a")
		err := run(supervisor.Supervisor("root", one, specs(a), supervisor.Intensity(0, time.Second)), func() { e.crash(a.Ref()) })
		var gaveUp *supervisor.GaveUp
		if !errors.Is(err, process.Shutdown) || !errors.As(err, &gaveUp) || gaveUp.Reason != errBoom {
			t.Errorf("too many restarts: %v", err)
		}
		root := supervisor.Supervisor("root", one, nil)
		wantErr(t, "stop", run(root, func() { supervisor.Stop(e.Ctx, root.Ref()) }), nil)
		wantErr(t, "kill", run(root, func() { process.Exit(e.Ctx, e.Resolve(root.Ref().Dest()), process.Kill) }), process.Killed)
		var bad *supervisor.SpecError
		if err := supervisor.Run(e.Ctx, supervisor.Supervisor("root", 0, nil)); !errors.As(err, &bad) {
			t.Errorf("bad spec: %v", err)
		}
	})
}

// A tree that a process runs is stopped in order even if the process is killed.
func TestRunInAProcess(t *testing.T) {
	bubble(t, func(e *env) {
		runner := supervisor.Func("runner", func(ctx context.Context) error {
			return supervisor.Run(ctx, supervisor.Supervisor("root", one, specs(e.workers("a", "b")...)))
		})
		sup := e.start(one, specs(runner.Restart(supervisor.Temporary)))
		e.want("+a +b")
		process.Exit(e.Ctx, sup.child("runner"), process.Kill)
		e.want("-b(shutdown) -a(shutdown)")
	})
}

// raceFor bounds each test that waits for two goroutines to meet at the wrong moment.
const raceFor = 100 * time.Millisecond

// killFirst kills the first process of a node that is not spared, as soon as there is one.
func killFirst(ctx context.Context, n *process.Node, spared process.PID) {
	for begin := time.Now(); time.Since(begin) < time.Second; runtime.Gosched() {
		for pid := range n.Processes() {
			if pid != spared {
				process.Exit(ctx, pid, process.Kill)
				return
			}
		}
	}
}

// Run returns though its process is killed before it comes to run; it waited for what that would never tell.
func TestRunKilledEarly(t *testing.T) {
	for begin := time.Now(); time.Since(begin) < raceFor && !t.Failed(); {
		n := process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler)))
		ctx := process.WithNode(context.Background(), n)
		returned := make(chan error, 1)
		go func() { returned <- supervisor.Run(ctx, supervisor.Supervisor("root", one, nil)) }()
		killFirst(ctx, n, process.PID{})
		select {
		case err := <-returned:
			if err == nil {
				t.Error("Run reports an orderly end")
			}
		case <-time.After(5 * time.Second):
			t.Error("Run hangs")
		}
	}
}
