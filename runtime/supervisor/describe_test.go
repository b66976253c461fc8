package supervisor_test

import (
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestDescribe(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a").Restart(supervisor.Transient)
		inner := supervisor.Supervisor("inner", supervisor.RestForOne, nil)
		sup, err := supervisor.Start(e.Ctx, supervisor.Supervisor("root", supervisor.OneForAll, []supervisor.Spec{a, inner}))
		if err != nil {
			t.Fatal(err)
		}
		e.KillAtEnd(e.Resolve(sup.Dest()))
		e.crash(a.Ref())
		if err := genserver.Suspend(e.Ctx, sup); err != nil { // describes itself all the same
			t.Fatal(err)
		}
		d, err := supervisor.Describe(e.Ctx, sup)
		if err != nil || d.ID != "root" || d.Strategy != supervisor.OneForAll || len(d.Children) != 2 {
			t.Fatalf("%+v, %v", d, err)
		}
		want := supervisor.ChildDescription{Restart: supervisor.Transient, Last: errBoom, ChildInfo: supervisor.ChildInfo{
			ID: "a", PID: e.Resolve(a.Ref().Dest()), State: supervisor.Running, Type: supervisor.Worker, Restarts: 1,
		}}
		if d.Children[0] != want {
			t.Errorf("child %+v, want %+v", d.Children[0], want)
		}
		if c := d.Children[1]; c.ID != "inner" || c.Type != supervisor.SupervisorType || c.Restart != supervisor.Permanent {
			t.Errorf("second child %+v", c)
		}
	})
}

// Why a child does not run is told of one that failed, not of one that was
// terminated or that opted out. What was restarted is counted at the node.
func TestDescribeTellsWhyAChildEnded(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a")
		sup, err := supervisor.Start(e.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{a}))
		if err != nil {
			t.Fatal(err)
		}
		e.KillAtEnd(e.Resolve(sup.Dest()))
		want := func(after string, state supervisor.State, last error) {
			t.Helper()
			d, err := supervisor.Describe(e.Ctx, sup)
			if err != nil {
				t.Fatal(err)
			}
			if c := d.Children[0]; c.State != state || c.Last != last {
				t.Errorf("after %s: %v, %v", after, c.State, c.Last)
			}
		}
		want("the start", supervisor.Running, nil)
		e.crash(a.Ref())
		want("a crash", supervisor.Running, errBoom)
		if err := supervisor.TerminateChild(e.Ctx, sup, "a"); err != nil {
			t.Fatal(err)
		}
		want("its termination", supervisor.Stopped, nil)
		e.plan("a", fail)
		if err := supervisor.RestartChild(e.Ctx, sup, "a"); err == nil {
			t.Error("restarted")
		}
		want("a start that failed", supervisor.Stopped, errBoom)
		e.plan("a", ignore)
		if err := supervisor.RestartChild(e.Ctx, sup, "a"); err != nil {
			t.Error(err)
		}
		want("a start that was ignored", supervisor.Stopped, nil)
		if n := e.Node.Restarts(); n["root"] != 1 || len(n) != 1 {
			t.Errorf("restarts %v", n)
		}
	})
}
