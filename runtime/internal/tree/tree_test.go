package tree_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/internal/tree"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

type idle struct{}

func (idle) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Sup has the name of a supervisor's type and is none.
type Sup struct{ idle }

func worker(id string) supervisor.Child[genserver.Ref[idle]] {
	return supervisor.Server(id, func() idle { return idle{} })
}

func start(w *proctest.World, root supervisor.Child[supervisor.Ref]) supervisor.Ref {
	w.T.Helper()
	sup, err := supervisor.Start(w.Ctx, root)
	if err != nil {
		w.T.Fatal(err)
	}
	w.KillAtEnd(w.Resolve(sup.Dest()))
	return sup
}

func bubble(t *testing.T, f func(w *proctest.World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(proctest.New(t)) })
}

// text writes a tree as id(children), with ! at those that did not answer.
func text(n *tree.Node) string {
	if n == nil {
		return "none"
	}
	var children []string
	for _, c := range n.Children {
		children = append(children, text(c))
	}
	s := cmp.Or(n.ID, "?")
	if n.Unresponsive {
		s += "!"
	}
	if n.Type == supervisor.SupervisorType {
		s += "(" + strings.Join(children, " ") + ")"
	}
	return s
}

func want(t *testing.T, n *tree.Node, tree string) {
	t.Helper()
	if got := text(n); got != tree {
		t.Errorf("tree %s, want %s", got, tree)
	}
}

func TestOf(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		inner := supervisor.Supervisor("inner", supervisor.RestForOne, []supervisor.Spec{worker("b").Restart(supervisor.Transient)})
		sup := start(w, supervisor.Supervisor("root", supervisor.OneForAll, []supervisor.Spec{worker("a"), inner}))
		root := tree.Of(w.Ctx, sup)
		want(t, root, "root(a inner(b))")
		if root.Strategy != supervisor.OneForAll || root.Total != 2 || root.PID != w.Resolve(sup.Dest()) {
			t.Errorf("root %+v", root)
		}
		below := root.Children[1]
		if below.Strategy != supervisor.RestForOne || below.Restart != supervisor.Permanent || below.State != supervisor.Running {
			t.Errorf("inner %+v", below)
		}
		if b := below.Children[0]; b.Restart != supervisor.Transient || b.PID.IsZero() || b.Type != supervisor.Worker {
			t.Errorf("b %+v", b)
		}
		if err := supervisor.TerminateChild(w.Ctx, sup, "inner"); err != nil {
			t.Fatal(err)
		}
		root = tree.Of(w.Ctx, sup)
		want(t, root, "root(a inner())")
		if c := root.Children[1]; c.State != supervisor.Stopped || !c.PID.IsZero() {
			t.Errorf("stopped inner %+v", c)
		}
		if err := supervisor.Stop(w.Ctx, sup); err != nil {
			t.Fatal(err)
		}
		want(t, tree.Of(w.Ctx, sup), "none")
		want(t, tree.Of(w.Ctx, supervisor.Ref{}), "none")
	})
}

// A supervisor that is busy with a start does not answer; it holds up nobody,
// and its children, the one that starts included, are known by their links.
func TestBusySupervisor(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		stuck := supervisor.Supervisor("stuck", supervisor.OneForOne, []supervisor.Spec{
			worker("a"), supervisor.Supervisor("below", supervisor.OneForOne, []supervisor.Spec{worker("b")}),
		})
		sup := start(w, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{
			stuck, supervisor.Supervisor("beside", supervisor.OneForOne, []supervisor.Spec{worker("c")}),
		}))
		forever := make(chan struct{})
		defer close(forever)
		go func() {
			supervisor.StartChild(w.Ctx, stuck.Ref(), supervisor.Server("slow", func() idle { <-forever; return idle{} }))
		}()
		synctest.Wait()
		began := time.Now()
		ctx, cancel := context.WithTimeout(w.Ctx, time.Second)
		defer cancel()
		want(t, tree.Of(ctx, sup), "root(stuck!(? below(b) ?) beside(c))")
		if took := time.Since(began); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// One that is stuck is not asked again and again.
func TestStuckSupervisorIsLeftAlone(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		sup := start(w, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{worker("a")}))
		forever := make(chan struct{})
		defer close(forever)
		go func() {
			supervisor.StartChild(w.Ctx, sup, supervisor.Server("slow", func() idle { <-forever; return idle{} }))
		}()
		synctest.Wait()
		for range 200 {
			want(t, tree.Of(w.Ctx, sup), "?!(? ?)")
		}
		info, _ := process.InfoOf(w.Ctx, w.Resolve(sup.Dest()))
		if info.Mailbox > 100 {
			t.Errorf("%d messages wait at the stuck supervisor", info.Mailbox)
		}
	})
}

func TestSuspendedSupervisorAnswers(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		sup := start(w, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{worker("a")}))
		if err := genserver.Suspend(w.Ctx, sup); err != nil {
			t.Fatal(err)
		}
		want(t, tree.Of(w.Ctx, sup), "root(a)")
	})
}

func TestLimits(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		many := func(n int) (specs []supervisor.Spec) {
			for i := range n {
				specs = append(specs, worker(fmt.Sprint(i)))
			}
			return specs
		}
		var groups []supervisor.Spec
		for i := range 20 {
			groups = append(groups, supervisor.Supervisor(fmt.Sprint("group", i), supervisor.OneForOne, many(tree.Limit+1)))
		}
		root := tree.Of(w.Ctx, start(w, supervisor.Supervisor("root", supervisor.OneForOne, groups)))
		listed := len(root.Children)
		for _, g := range root.Children {
			listed += len(g.Children)
			if g.Total != tree.Limit+1 || len(g.Children) > tree.Limit {
				t.Errorf("%s lists %d of %d children", g.ID, len(g.Children), g.Total)
			}
		}
		if listed != tree.MaxNodes {
			t.Errorf("lists %d nodes, want %d", listed, tree.MaxNodes)
		}
	})
}

// Of many dynamic children the oldest are listed, and the others counted.
func TestDynamic(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		rooms := dynsupervisor.New("rooms")
		sup := start(w, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{rooms}))
		const many = 3 * tree.Limit
		var started []process.PID
		for range many {
			room, err := dynsupervisor.StartChild(w.Ctx, rooms.Ref(), worker("room").Restart(supervisor.Transient))
			if err != nil {
				t.Fatal(err)
			}
			started = append(started, w.Resolve(room.Dest()))
		}
		n := tree.Of(w.Ctx, sup).Children[0]
		if n.ID != "rooms" || n.Type != supervisor.SupervisorType || !n.Dynamic || n.Unresponsive || n.Total != many || len(n.Children) != tree.Limit {
			t.Fatalf("%s lists %d of %d: %+v", n.ID, len(n.Children), n.Total, n)
		}
		for i, c := range n.Children {
			if c.PID != started[i] || c.ID != "room" || c.Restart != supervisor.Transient || c.State != supervisor.Running {
				t.Fatalf("child %d is %+v, want %v", i, c, started[i])
			}
		}
		forever := make(chan struct{})
		defer close(forever)
		go func() {
			dynsupervisor.StartChild(w.Ctx, rooms.Ref(), supervisor.Server("slow", func() idle { <-forever; return idle{} }))
		}()
		synctest.Wait()
		n = tree.Of(w.Ctx, sup).Children[0]
		if !n.Unresponsive || n.Total != many+1 || len(n.Children) != tree.Limit || n.Children[0].PID != started[0] {
			t.Errorf("while it is busy it lists %d of %d: %+v", len(n.Children), n.Total, n)
		}
	})
}

func TestRoots(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		first := start(w, supervisor.Supervisor("first", supervisor.OneForOne, []supervisor.Spec{
			supervisor.Supervisor("inner", supervisor.OneForOne, nil), worker("a"),
		}))
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		go supervisor.Run(ctx, supervisor.Supervisor("second", supervisor.OneForOne, nil))
		synctest.Wait()
		var roots []string
		for _, pid := range tree.Roots(w.Node) {
			roots = append(roots, text(tree.At(w.Ctx, pid)))
		}
		if got := strings.Join(roots, ", "); got != "first(inner() a), second()" {
			t.Errorf("roots %s", got)
		}
		want(t, tree.At(w.Ctx, w.Resolve(first.Dest())), "first(inner() a)")
		want(t, tree.At(w.Ctx, process.PID{}), "none")
	})
}

// A server whose type has the same name is no supervisor.
func TestNamesake(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		ref, err := genserver.Start(w.Ctx, func() *Sup { return new(Sup) })
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(w.Resolve(ref.Dest()))
		want(t, tree.At(w.Ctx, w.Resolve(ref.Dest())), "?")
	})
}
