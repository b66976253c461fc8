package partition_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// share is a server that knows which partition it is.
type share struct{ number int }

type shareRef = genserver.Ref[*share]

type numberOf struct{ genserver.CallTo[*share, int] }

func (*share) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *share) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case numberOf:
		return req.Reply(from, s.number)
	}
	return c.Unhandled(req)
}

func newShare(i int) supervisor.Child[shareRef] {
	return supervisor.Server("share", func() *share { return &share{i} })
}

// env is what one test works with: a set of partitions that runs under a supervisor.
type env struct {
	*testing.T
	*proctest.World
	partition.Partitions[shareRef]
	tree supervisor.Ref
	fate *proctest.Fate // of the set's supervisor
}

// start starts a set that is stopped with the test and not restarted.
func start(t *testing.T, n int, child func(int) supervisor.Child[shareRef], flags ...supervisor.Flag) *env {
	return startSet(t, partition.New("set", n, child, flags...).Restart(supervisor.Temporary))
}

func startSet(t *testing.T, set supervisor.Child[partition.Partitions[shareRef]]) *env {
	t.Helper()
	e := &env{T: t, World: proctest.New(t), Partitions: set.Ref()}
	tree, err := supervisor.Start(e.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{set}))
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() { supervisor.Stop(e.Ctx, tree) })
	e.tree, e.fate = tree, e.Watch(e.Resolve(set.Ref().Dest()))
	return e
}

// number is the partition that answers.
func (e *env) number(to shareRef) int {
	e.Helper()
	n, err := genserver.Call(e.Ctx, to, numberOf{})
	if err != nil {
		e.Fatalf("call: %v", err)
	}
	return n
}

// pids are the processes of the partitions in use.
func (e *env) pids() (pids []process.PID) {
	e.Helper()
	for _, ref := range e.All() {
		pids = append(pids, e.Resolve(ref.Dest()))
	}
	return pids
}

func (e *env) kill(pid process.PID) {
	process.Exit(e.Ctx, pid, process.Kill)
	synctest.Wait()
}

func (e *env) resize(n, wantWas int) {
	e.Helper()
	if was, err := e.Resize(e.Ctx, n); was != wantWas || err != nil {
		e.Errorf("resize to %d: %d, %v; want %d", n, was, err, wantWas)
	}
}

func (e *env) wantCounts(want supervisor.Counts) {
	e.Helper()
	if got, err := supervisor.CountChildren(e.Ctx, e); got != want || err != nil {
		e.Errorf("counts %+v, %v; want %+v", got, err, want)
	}
}

func (e *env) wantNoProc(what string, to shareRef) {
	e.Helper()
	if _, err := genserver.Call(e.Ctx, to, numberOf{}); !errors.Is(err, process.NoProc) {
		e.Errorf("%s: %v, want NoProc", what, err)
	}
}
