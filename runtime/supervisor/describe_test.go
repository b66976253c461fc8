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
		want := supervisor.ChildDescription{Restart: supervisor.Transient, ChildInfo: supervisor.ChildInfo{
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
