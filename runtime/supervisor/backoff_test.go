package supervisor_test

import (
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/internal/restart"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	least = time.Second
	most  = 8 * time.Second
)

var often = supervisor.Intensity(100, time.Hour)

// A child that keeps ending is restarted at once the first time, and then after longer and longer times.
func TestBackoff(t *testing.T) {
	bubble(t, func(e *env) {
		a, b := e.worker("a"), e.worker("b")
		sup := e.start(one, specs(a, b), often, supervisor.Backoff(least, most))
		e.crash(a.Ref())
		e.want("+a +b -a(boom) +a")
		for _, nominal := range []time.Duration{least, 2 * least, 4 * least, most, most} {
			e.crash(a.Ref())
			e.want("-a(boom)")
			sup.wantStates("a:restarting b:running")
			if sup.child("b").IsZero() {
				t.Error("b fell with a")
			}
			time.Sleep(nominal/2 - 1)
			e.want("")
			time.Sleep(nominal/2 + 1)
			e.want("+a")
		}
		time.Sleep(most + 1)
		e.crash(a.Ref()) // after a good while it begins anew
		e.want("-a(boom) +a")
		e.crash(b.Ref()) // which has a history of its own
		e.want("-b(boom) +b")
		if infos, err := supervisor.WhichChildren(e.Ctx, sup); err != nil || infos[0].Restarts != 7 || infos[1].Restarts != 1 {
			t.Errorf("restarts: %+v, %v", infos, err)
		}
	})
}

// Siblings that are restarted with a child stop at once and wait with it.
func TestBackoffOfGroups(t *testing.T) {
	for strategy, want := range map[supervisor.Strategy][2]string{
		supervisor.OneForAll:  {"-b(boom) -c(shutdown) -a(shutdown)", "+a +b +c"},
		supervisor.RestForOne: {"-b(boom) -c(shutdown)", "+b +c"},
	} {
		t.Run(strategy.String(), func(t *testing.T) {
			bubble(t, func(e *env) {
				children := e.workers("a", "b", "c")
				sup := e.start(strategy, specs(children...), often, supervisor.Backoff(least, most))
				e.crash(children[1].Ref())
				e.take()
				e.crash(children[1].Ref())
				e.want(want[0])
				wantErr(t, "a sibling started by hand meanwhile", supervisor.RestartChild(e.Ctx, sup, "c"), nil)
				e.want("+c")
				time.Sleep(least)
				e.want(want[1][:len(want[1])-len(" +c")])
			})
		})
	}
}

// What is done with a child that waits for its restart counts, and not the wait.
func TestBackoffInterrupted(t *testing.T) {
	for name, do := range map[string]func(e *env, sup *tree) string{
		"terminate": func(e *env, sup *tree) string {
			wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
			return "a:stopped"
		},
		"terminate and restart": func(e *env, sup *tree) string {
			wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
			wantErr(e.T, "restart", supervisor.RestartChild(e.Ctx, sup, "a"), nil)
			e.want("+a")
			return "a:running"
		},
		"terminate, restart and crash": func(e *env, sup *tree) string { // the former wait is over before the new one
			wantErr(e.T, "terminate", supervisor.TerminateChild(e.Ctx, sup, "a"), nil)
			wantErr(e.T, "restart", supervisor.RestartChild(e.Ctx, sup, "a"), nil)
			process.Exit(e.Ctx, sup.child("a"), process.Kill)
			time.Sleep(least - 1)
			e.want("+a") // that of RestartChild
			time.Sleep(least + 1)
			e.want("+a")
			return "a:running"
		},
		"restart": func(e *env, sup *tree) string {
			wantErr(e.T, "restart", supervisor.RestartChild(e.Ctx, sup, "a"), supervisor.ErrRestarting)
			time.Sleep(least)
			e.want("+a")
			return "a:running"
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(e *env) {
				a := e.worker("a")
				sup := e.start(one, specs(a), often, supervisor.Backoff(least, most))
				e.crash(a.Ref())
				e.crash(a.Ref())
				e.take()
				want := do(e, sup)
				time.Sleep(10 * most)
				e.want("")
				sup.wantStates(want)
			})
		})
	}
}

// A supervisor does not wait with its own end.
func TestBackoffStop(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		sup := e.start(one, specs(a), often, supervisor.Backoff(time.Hour, time.Hour))
		e.crash(a.Ref())
		e.crash(a.Ref())
		begin := time.Now()
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
		e.wantAfter("stopped", time.Since(begin), 0)
	})
}

// Attempts that fail are put off, and counted, like all restarts.
func TestBackoffOfFailedStarts(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		sup := e.start(one, specs(a), supervisor.Intensity(4, time.Hour), supervisor.Backoff(least, most))
		e.plan("a", fail, fail, fail, fail, fail)
		e.crash(a.Ref())
		e.want("+a -a(boom) !a")
		time.Sleep(least)
		e.want("!a")
		time.Sleep(2 * least)
		e.want("!a")
		sup.wantAlive()
		time.Sleep(4 * least)
		e.want("!a")
		if _, gaveUp := sup.fate.Reason().(interface{ Unwrap() error }); !gaveUp {
			t.Errorf("after the fifth attempt: %v", sup.fate.Reason())
		}
	})
}

func TestBackoffBad(t *testing.T) {
	bubble(t, func(e *env) {
		for _, b := range []restart.Backoff{{Min: 0, Max: 1}, {Min: 2, Max: 1}, {Min: -1, Max: 1}} {
			e.refused("sup", supervisor.InvalidBackoff, one, nil, supervisor.Backoff(b.Min, b.Max))
		}
	})
}
