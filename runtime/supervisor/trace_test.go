package supervisor_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

var errBoom = errors.New("boom")

// trace is what workers log: +id started, !id failed to start, ?id ignored
// its start, -id(reason) terminates. It also tells them how a start ends.
type trace struct {
	mu     sync.Mutex
	begin  time.Time
	events []string
	at     map[string]time.Duration // when an event was last seen, since begin
	plans  map[string][]startPlan
}

type startPlan byte

const (
	succeed startPlan = iota
	fail
	ignore
)

// plan says how the next starts of a worker end; those after succeed.
func (tr *trace) plan(id string, plans ...startPlan) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.plans[id] = plans
}

func (tr *trace) next(id string) startPlan {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(tr.plans[id]) == 0 {
		return succeed
	}
	p := tr.plans[id][0]
	tr.plans[id] = tr.plans[id][1:]
	return p
}

func (tr *trace) add(event string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.events = append(tr.events, event)
	tr.at[event] = time.Since(tr.begin)
}

// take returns the events since the last take.
func (tr *trace) take() string {
	synctest.Wait()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	events := strings.Join(tr.events, " ")
	tr.events = nil
	return events
}

// worker is a server that traps exits and logs its start and its end.
type worker struct {
	id                    string
	tr                    *trace
	startTakes, stopTakes time.Duration
	noTrap, stopFails     bool
}

type workerRef = genserver.Ref[*worker]

type stopWith struct {
	genserver.CastTo[*worker]
	reason error
}
type panicWith struct {
	genserver.CastTo[*worker]
	value any
}
type unlinkParent struct{ genserver.CastTo[*worker] }
type sleepFor struct {
	genserver.CastTo[*worker]
	d time.Duration
}

func (w *worker) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(!w.noTrap)
	time.Sleep(w.startTakes)
	switch w.tr.next(w.id) {
	case fail:
		w.tr.add("!" + w.id)
		return c.Stop(errBoom)
	case ignore:
		w.tr.add("?" + w.id)
		return c.Ignore()
	}
	w.tr.add("+" + w.id)
	return c.OK()
}

func (w *worker) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case stopWith:
		return c.Stop(msg.reason)
	case panicWith:
		panic(msg.value)
	case unlinkParent:
		c.Unlink(c.Parent())
		return c.NoReply()
	case sleepFor:
		time.Sleep(msg.d)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (w *worker) Terminate(_ *genserver.Context, reason error) {
	w.tr.add(fmt.Sprintf("-%s(%v)", w.id, reason))
	time.Sleep(w.stopTakes)
	if w.stopFails {
		panic("terminate failed")
	}
}

// env is what one test works with.
type env struct {
	*testing.T
	*trace
	*proctest.World
}

func newEnv(t *testing.T) *env {
	tr := &trace{begin: time.Now(), at: map[string]time.Duration{}, plans: map[string][]startPlan{}}
	e := &env{t, tr, proctest.New(t)}
	t.Cleanup(func() { // after all stops: what was abandoned goes on sleeping, and must not outlive the bubble
		for e.Node.Abandoned() > 0 {
			time.Sleep(time.Minute)
		}
		synctest.Wait()
	})
	return e
}

// workers makes a worker for each id.
func (e *env) workers(ids ...string) (children []supervisor.Child[workerRef]) {
	for _, id := range ids {
		children = append(children, e.worker(id))
	}
	return children
}

func (e *env) worker(id string, set ...func(*worker)) supervisor.Child[workerRef] {
	return supervisor.Server(id, func() *worker {
		w := &worker{id: id, tr: e.trace}
		for _, f := range set {
			f(w)
		}
		return w
	})
}

func startTakes(d time.Duration) func(*worker) { return func(w *worker) { w.startTakes = d } }
func stopTakes(d time.Duration) func(*worker)  { return func(w *worker) { w.stopTakes = d } }
func noTrap(w *worker)                         { w.noTrap = true }
func stopFails(w *worker)                      { w.stopFails = true }

// specs is a list of children for a supervisor.
func specs[T any](children ...supervisor.Child[T]) (list []supervisor.Spec) {
	for _, c := range children {
		list = append(list, c)
	}
	return list
}

// tree is a supervisor that runs.
type tree struct {
	*env
	supervisor.Ref
	pid  process.PID
	fate *proctest.Fate
}

// start starts a supervisor that is stopped with the test.
func (e *env) start(s supervisor.Strategy, children []supervisor.Spec, flags ...supervisor.Flag) *tree {
	e.Helper()
	return e.startRoot(supervisor.Supervisor("sup", s, children, flags...))
}

func (e *env) startRoot(root supervisor.Child[supervisor.Ref]) *tree {
	e.Helper()
	sup, err := supervisor.Start(e.Ctx, root)
	if err != nil {
		e.Fatalf("start: %v", err)
	}
	return e.treeOf(sup)
}

// treeOf is a tree by its root.
func (e *env) treeOf(sup supervisor.Ref) *tree {
	e.Helper()
	pid := e.Resolve(sup.Dest())
	e.Cleanup(func() { supervisor.Stop(e.Ctx, genserver.RefTo[*supervisor.Sup](pid)) })
	return &tree{e, sup, pid, e.Watch(pid)}
}

// want compares the trace since the last look.
func (e *env) want(events string) {
	e.Helper()
	if got := e.take(); got != events {
		e.Errorf("trace\n\t%s\nwant\n\t%s", got, events)
	}
}

// wantInAnyOrder compares the trace of what happens at once.
func (e *env) wantInAnyOrder(events ...string) {
	e.Helper()
	got := strings.Fields(e.take())
	slices.Sort(got)
	slices.Sort(events)
	if !slices.Equal(got, events) {
		e.Errorf("trace\n\t%s\nwant in any order\n\t%s", got, events)
	}
}

// wantAfter checks how much time has passed since begin.
func (e *env) wantAfter(what string, got, want time.Duration) {
	e.Helper()
	if got != want {
		e.Errorf("%s after %v, want %v", what, got, want)
	}
}

func (e *env) crash(to workerRef) { e.end(to, errBoom) }

// end makes a worker stop with a reason; Killed means by a kill.
func (e *env) end(to workerRef, reason error) {
	e.Helper()
	if reason == process.Killed {
		process.Exit(e.Ctx, e.Resolve(to.Dest()), process.Kill)
	} else {
		genserver.Cast(e.Ctx, to, stopWith{reason: reason})
	}
	synctest.Wait()
}

// wantAlive checks that the supervisor runs.
func (tr *tree) wantAlive() {
	tr.Helper()
	if reason := tr.fate.Reason(); reason != nil {
		tr.Errorf("the supervisor has ended with %v", reason)
	}
}

// wantEnd checks the supervisor's exit reason.
func (tr *tree) wantEnd(reason error) {
	tr.Helper()
	wantErr(tr.env.T, "exit reason of the supervisor", tr.fate.Reason(), reason)
}

// states is the list of children as "id:state".
func (tr *tree) states() string {
	tr.Helper()
	children, err := supervisor.WhichChildren(tr.Ctx, tr)
	if err != nil {
		tr.Fatalf("which children: %v", err)
	}
	var list []string
	for _, c := range children {
		if (c.State == supervisor.Running) == c.PID.IsZero() {
			tr.Errorf("child %s is %v with process %v", c.ID, c.State, c.PID)
		}
		list = append(list, c.ID+":"+c.State.String())
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func (tr *tree) wantStates(want string) {
	tr.Helper()
	if got := tr.states(); got != want {
		tr.Errorf("children %q, want %q", got, want)
	}
}

func (tr *tree) wantCounts(want supervisor.Counts) {
	tr.Helper()
	got, err := supervisor.CountChildren(tr.Ctx, tr)
	if err != nil || got != want {
		tr.Errorf("counts %+v (%v), want %+v", got, err, want)
	}
}

func (tr *tree) child(id string) process.PID {
	tr.Helper()
	children, err := supervisor.WhichChildren(tr.Ctx, tr)
	if err != nil {
		tr.Fatalf("which children: %v", err)
	}
	for _, c := range children {
		if c.ID == id {
			return c.PID
		}
	}
	tr.Fatalf("no child %q", id)
	return process.PID{}
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
