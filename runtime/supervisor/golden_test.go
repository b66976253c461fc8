package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// TestGoldenTraces holds event lists that were observed on Erlang/OTP.
func TestGoldenTraces(t *testing.T) {
	const (
		one  = supervisor.OneForOne
		all  = supervisor.OneForAll
		rest = supervisor.RestForOne
	)
	for _, tt := range []struct {
		name     string
		strategy supervisor.Strategy
		restart  map[string]supervisor.Restart
		planB    []startPlan // of b's restarts
		planC    []startPlan // of c's restarts
		crashes  int         // of b
		trace    string
		left     string // of the children; "" when the supervisor has ended with shutdown
	}{
		{name: "one_for_one", strategy: one, crashes: 1,
			trace: "-b(boom) +b",
			left:  "a:running b:running c:running d:running"},
		{name: "rest_for_one", strategy: rest, crashes: 1,
			trace: "-b(boom) -d(shutdown) -c(shutdown) +b +c +d",
			left:  "a:running b:running c:running d:running"},
		{name: "one_for_all", strategy: all, crashes: 1,
			trace: "-b(boom) -d(shutdown) -c(shutdown) -a(shutdown) +a +b +c +d",
			left:  "a:running b:running c:running d:running"},
		{name: "rest_for_one, a and c temporary, d transient", strategy: rest, crashes: 1,
			restart: map[string]supervisor.Restart{"a": supervisor.Temporary, "c": supervisor.Temporary, "d": supervisor.Transient},
			trace:   "-b(boom) -d(shutdown) -c(shutdown) +b +d",
			left:    "a:running b:running d:running"},
		{name: "one_for_all, a and c temporary, d transient", strategy: all, crashes: 1,
			restart: map[string]supervisor.Restart{"a": supervisor.Temporary, "c": supervisor.Temporary, "d": supervisor.Transient},
			trace:   "-b(boom) -d(shutdown) -c(shutdown) -a(shutdown) +b +d",
			left:    "b:running d:running"},
		{name: "rest_for_one, c fails once", strategy: rest, crashes: 1, planC: []startPlan{fail},
			trace: "-b(boom) -d(shutdown) -c(shutdown) +b !c +c +d",
			left:  "a:running b:running c:running d:running"},
		{name: "one_for_all, c fails once", strategy: all, crashes: 1, planC: []startPlan{fail},
			trace: "-b(boom) -d(shutdown) -c(shutdown) -a(shutdown) +a +b !c -b(shutdown) -a(shutdown) +a +b +c +d",
			left:  "a:running b:running c:running d:running"},
		{name: "b crashes four times", strategy: one, crashes: 4,
			trace: "-b(boom) +b -b(boom) +b -b(boom) +b -b(boom) -d(shutdown) -c(shutdown) -a(shutdown)"},
		{name: "every restart of b fails", strategy: one, crashes: 1, planB: []startPlan{fail, fail, fail, fail},
			trace: "-b(boom) !b !b !b -d(shutdown) -c(shutdown) -a(shutdown)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEnv(t)
				children := e.workers("a", "b", "c", "d")
				b := children[1].Ref()
				for i, id := range []string{"a", "b", "c", "d"} {
					if r := tt.restart[id]; r != 0 {
						children[i] = children[i].Restart(r)
					}
				}
				sup := e.start(tt.strategy, specs(children...), supervisor.Intensity(3, 5*time.Second))
				e.want("+a +b +c +d")
				e.plan("b", tt.planB...)
				e.plan("c", tt.planC...)
				for range tt.crashes {
					e.crash(b)
				}
				e.want(tt.trace)
				if tt.left == "" {
					sup.wantEnd(process.Shutdown)
				} else {
					sup.wantStates(tt.left)
				}
			})
		})
	}
	t.Run("start failure at c", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := newEnv(t)
			e.plan("c", fail)
			_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, specs(e.workers("a", "b", "c", "d")...)))
			wantErr(t, "start", err, errBoom)
			e.want("+a +b !c -b(shutdown) -a(shutdown)")
		})
	})
	t.Run("stop", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := newEnv(t)
			sup := e.start(one, specs(e.workers("a", "b", "c", "d")...))
			e.take()
			wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
			e.want("-d(shutdown) -c(shutdown) -b(shutdown) -a(shutdown)")
		})
	})
	t.Run("auto_shutdown any_significant", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := newEnv(t)
			a := e.worker("a").Restart(supervisor.Transient).Significant()
			sup := e.start(one, specs(a, e.worker("b"), e.worker("c")), supervisor.AutoShutdown(supervisor.AnySignificant))
			e.take()
			e.end(a.Ref(), process.Normal)
			e.want("-a(normal) -c(shutdown) -b(shutdown)")
			sup.wantEnd(process.Shutdown)
		})
	})
}
