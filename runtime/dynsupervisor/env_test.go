package dynsupervisor_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

var errBoom = errors.New("boom")

// worker is a server that traps exits and tells its env of its start and its end.
type worker struct {
	e  *env
	id string
	workerOptions
}

type workerOptions struct {
	startTakes, stopTakes time.Duration
	noTrap                bool
}

type workerRef = genserver.Ref[*worker]

type stopWith struct {
	genserver.CastTo[*worker]
	reason error
}
type unlinkParent struct{ genserver.CastTo[*worker] }

func (w *worker) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(!w.noTrap)
	time.Sleep(w.startTakes)
	if plan := w.e.next(w.id); plan != nil {
		w.e.add("!" + w.id)
		return plan(c)
	}
	w.e.add("+" + w.id)
	return c.OK()
}

func (w *worker) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case stopWith:
		return c.Stop(msg.reason)
	case unlinkParent:
		c.Unlink(c.Parent())
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func (w *worker) Terminate(_ *genserver.Context, reason error) {
	w.e.add(fmt.Sprintf("-%s(%v)", w.id, reason))
	time.Sleep(w.stopTakes)
}

// plan is how a start ends that does not succeed; nil succeeds.
type plan func(c *genserver.Context) genserver.Result

func fail(c *genserver.Context) genserver.Result   { return c.Stop(errBoom) }
func ignore(c *genserver.Context) genserver.Result { return c.Ignore() }
func junk(*genserver.Context) genserver.Result     { return genserver.Result{} }

// env is what one test works with: a node of its own and what its workers tell.
type env struct {
	*testing.T
	*proctest.World

	mu     sync.Mutex
	events []string // +id started, !id did not, -id(reason) terminates
	plans  map[string][]plan
}

func newEnv(t *testing.T) *env {
	e := &env{T: t, World: proctest.New(t), plans: map[string][]plan{}}
	t.Cleanup(func() { // what was abandoned goes on sleeping, and must not outlive the bubble
		for e.Node.Abandoned() > 0 {
			time.Sleep(time.Minute)
		}
		synctest.Wait()
	})
	return e
}

// plan says how the next starts of a worker end; those after succeed.
func (e *env) plan(id string, plans ...plan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plans[id] = plans
}

func (e *env) next(id string) plan {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.plans[id]) == 0 {
		return nil
	}
	p := e.plans[id][0]
	e.plans[id] = e.plans[id][1:]
	return p
}

func (e *env) add(event string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events = append(e.events, event)
}

// want compares the events since the last look.
func (e *env) want(events string) {
	e.Helper()
	if got := strings.Join(e.take(), " "); got != events {
		e.Errorf("events\n\t%s\nwant\n\t%s", got, events)
	}
}

// wantInAnyOrder compares the events of what happens at once.
func (e *env) wantInAnyOrder(events ...string) {
	e.Helper()
	got := e.take()
	slices.Sort(got)
	slices.Sort(events)
	if !slices.Equal(got, events) {
		e.Errorf("events\n\t%s\nwant in any order\n\t%s", got, events)
	}
}

func (e *env) take() []string {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.events
	e.events = nil
	return got
}

func (e *env) worker(id string, opts ...workerOptions) supervisor.Child[workerRef] {
	return supervisor.Server(id, func() *worker {
		w := &worker{e: e, id: id}
		for _, o := range opts {
			w.workerOptions = o
		}
		return w
	})
}

// sup is a dynamic supervisor that runs.
type sup struct {
	*env
	dynsupervisor.Ref
	fate *proctest.Fate
}

// start starts a supervisor that is stopped with the test.
func (e *env) start(opts ...dynsupervisor.Option) *sup {
	e.Helper()
	ref, err := dynsupervisor.Start(e.Ctx, "sup", opts...)
	if err != nil {
		e.Fatalf("start: %v", err)
	}
	e.Cleanup(func() { dynsupervisor.Stop(e.Ctx, ref) })
	return &sup{e, ref, e.Watch(e.Resolve(ref.Dest()))}
}

// child starts a child that must start, and returns its reference and its process.
func (s *sup) child(c supervisor.Child[workerRef]) (workerRef, process.PID) {
	s.Helper()
	ref, err := dynsupervisor.StartChild(s.Ctx, s, c)
	if err != nil {
		s.Fatalf("start child: %v", err)
	}
	return ref, s.Resolve(ref.Dest())
}

// fails starts a child that must not start, and returns why it did not.
func (s *sup) fails(c supervisor.Child[workerRef]) error {
	s.Helper()
	ref, err := dynsupervisor.StartChild(s.Ctx, s, c)
	if err == nil || !ref.IsZero() {
		s.Fatalf("start child: %v, %v; it should have failed", ref, err)
	}
	return err
}

func (s *sup) terminate(pid process.PID) error { return dynsupervisor.Terminate(s.Ctx, s, pid) }

// states is the list of children as "id:state".
func (s *sup) states() string {
	s.Helper()
	children, err := dynsupervisor.WhichChildren(s.Ctx, s)
	if err != nil {
		s.Fatalf("which children: %v", err)
	}
	var list []string
	for _, c := range children {
		if (c.State == supervisor.Running) == c.PID.IsZero() {
			s.Errorf("child %s is %v with process %v", c.ID, c.State, c.PID)
		}
		list = append(list, c.ID+":"+c.State.String())
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func (s *sup) wantStates(want string) {
	s.Helper()
	if got := s.states(); got != want {
		s.Errorf("children %q, want %q", got, want)
	}
}

func (s *sup) wantCounts(want supervisor.Counts) {
	s.Helper()
	got, err := dynsupervisor.CountChildren(s.Ctx, s)
	if err != nil || got != want {
		s.Errorf("counts %+v (%v), want %+v", got, err, want)
	}
}

func (s *sup) wantAlive() {
	s.Helper()
	if reason := s.fate.Reason(); reason != nil {
		s.Errorf("the supervisor has ended with %v", reason)
	}
}

// wantGaveUp checks that the supervisor ended since it restarted too much.
func (s *sup) wantGaveUp() {
	s.Helper()
	reason := s.fate.Reason()
	var gaveUp *supervisor.GaveUp
	if !errors.Is(reason, process.Shutdown) || !errors.As(reason, &gaveUp) {
		s.Errorf("the supervisor ended with %v, want a shutdown since it gave up", reason)
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

func (e *env) wantErr(what string, got, want error) {
	e.Helper()
	if !errors.Is(got, want) {
		e.Errorf("%s: %v, want %v", what, got, want)
	}
}

// wantProblem checks that a specification was refused.
func (e *env) wantProblem(what string, err error, problem supervisor.Problem) {
	e.Helper()
	var bad *supervisor.SpecError
	if !errors.As(err, &bad) || bad.Problem != problem {
		e.Errorf("%s: %v, want the problem %q", what, err, problem)
	}
}

// took is how long f takes.
func took(f func()) time.Duration {
	begun := time.Now()
	f()
	return time.Since(begun)
}
