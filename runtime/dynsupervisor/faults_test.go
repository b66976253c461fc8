package dynsupervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// bubble runs a test in virtual time.
func bubble(t *testing.T, test func(e *env)) {
	synctest.Test(t, func(t *testing.T) { test(newEnv(t)) })
}

// One Child value makes as many children as it is started, each with a reference of its own.
func TestEachStartHasItsReference(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		c := e.worker("a")
		one, _ := sup.child(c)
		two, second := sup.child(c)
		if _, err := c.Ref().Dest().Resolve(e.Node); err != process.NoProc {
			t.Errorf("the value's own reference leads somewhere: %v", err)
		}
		before := e.Resolve(one.Dest())
		e.crash(one)
		if now := e.Resolve(one.Dest()); now == before || now == second || e.Resolve(two.Dest()) != second {
			t.Errorf("after a restart the references lead to %v and %v, before to %v and %v", now, e.Resolve(two.Dest()), before, second)
		}
		e.wantErr("terminate", sup.terminate(second), nil)
		if _, err := two.Dest().Resolve(e.Node); err != process.NoProc {
			t.Errorf("the reference to a child that is gone leads somewhere: %v", err)
		}
	})
}

// What is opened, and other supervisors, are children like all others.
func TestKindsOfChildren(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		number := 0
		c := supervisor.Opened("number", func(context.Context) (int, error) { number++; return number, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		var resources []supervisor.Resource[int]
		for range 2 {
			r, err := dynsupervisor.StartChild(e.Ctx, sup, c)
			if err != nil {
				t.Fatal(err)
			}
			resources = append(resources, r)
		}
		for i, r := range resources {
			if n, err := r.Get(); n != i+1 || err != nil {
				t.Errorf("resource %d: %v, %v", i+1, n, err)
			}
		}
		inner, err := dynsupervisor.StartChild(e.Ctx, sup, dynsupervisor.New("inner"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dynsupervisor.StartChild(e.Ctx, inner, e.worker("a")); err != nil {
			t.Fatal(err)
		}
		static := supervisor.Supervisor("static", supervisor.OneForOne, []supervisor.Spec{e.worker("b")})
		if _, err := dynsupervisor.StartChild(e.Ctx, sup, static); err != nil {
			t.Fatal(err)
		}
		sup.wantCounts(supervisor.Counts{Specs: 4, Active: 4, Supervisors: 2, Workers: 2})
		_, err = dynsupervisor.StartChild(e.Ctx, sup, static) // the children in its list are values of one child each
		e.wantErr("the same tree twice", err, supervisor.ErrInUse)
		e.wantErr("terminate", sup.terminate(e.Resolve(inner.Dest())), nil)
		sup.wantCounts(supervisor.Counts{Specs: 3, Active: 3, Supervisors: 1, Workers: 2})
		e.want("+a +b -a(shutdown)")
	})
}

// Only its own children's ends are a supervisor's business.
func TestSignalsOfOthers(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start(dynsupervisor.Intensity(0, time.Second))
		_, pid := sup.child(e.worker("a"))
		process.Exit(e.Ctx, sup.fate.PID, process.Shutdown)
		stranger := e.Puppet()
		stranger.Link(sup.fate.PID)
		stranger.Exit(errBoom)
		// A live child that sends its supervisor an exit signal has not ended.
		child, err := dynsupervisor.StartChild(e.Ctx, sup, supervisor.Func("rude", func(ctx context.Context) error {
			process.Exit(ctx, sup.fate.PID, errBoom)
			<-ctx.Done()
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		sup.wantAlive()
		sup.wantStates("a:running rude:running")
		if !pid.Alive() || !e.Resolve(child).Alive() {
			t.Error("a child was ended")
		}
		if err := process.Send(e.Ctx, sup.Dest(), "what is this?"); err != nil {
			t.Error(err)
		}
		sup.wantAlive()
	})
}

// A child that has unlinked itself stays listed, and stopping it takes no time.
func TestUnlinkedChild(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		ref, pid := sup.child(e.worker("a"))
		genserver.Cast(e.Ctx, ref, unlinkParent{})
		e.crash(ref)
		e.want("+a -a(boom)")
		sup.wantStates("a:running")
		if d := took(func() { e.wantErr("terminate", sup.terminate(pid), nil) }); d != 0 {
			t.Errorf("it took %v", d)
		}
		sup.wantStates("")
	})
}

// A killed supervisor takes its children with it, over their links, and its own supervisor starts it without them.
func TestKilledSupervisor(t *testing.T) {
	bubble(t, func(e *env) {
		c := dynsupervisor.New("sup", dynsupervisor.Named("sup"))
		tree, err := supervisor.Start(e.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{c}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(e.Ctx, tree)
		var fates []*proctest.Fate
		for _, o := range []workerOptions{{}, {noTrap: true}} {
			ref, err := dynsupervisor.StartChild(e.Ctx, c.Ref(), e.worker("a", o))
			if err != nil {
				t.Fatal(err)
			}
			fates = append(fates, e.Watch(e.Resolve(ref.Dest())))
		}
		process.Exit(e.Ctx, e.Resolve(c.Ref().Dest()), process.Kill)
		for _, f := range fates {
			f.Want(process.Killed)
		}
		e.want("+a +a -a(killed)")
		if n, err := dynsupervisor.CountChildren(e.Ctx, genserver.Named[*dynsupervisor.Sup]("sup")); n != (supervisor.Counts{}) || err != nil {
			t.Errorf("%+v, %v", n, err)
		}
	})
}

// A supervisor that is killed while a child starts, or while it stops its children, leaves none.
func TestKilledWhileBusy(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		_, a := sup.child(e.worker("a", workerOptions{stopTakes: time.Minute}))
		started := make(chan error, 1)
		go func() {
			_, err := dynsupervisor.StartChild(e.Ctx, sup, e.worker("b", workerOptions{startTakes: time.Second}))
			started <- err
		}()
		synctest.Wait()
		process.Exit(e.Ctx, sup.fate.PID, process.Kill)
		e.wantErr("a start", <-started, process.Killed)
		time.Sleep(2 * time.Minute)
		if a.Alive() {
			t.Error("a child survived")
		}

		sup = e.start()
		_, a = sup.child(e.worker("a", workerOptions{stopTakes: time.Hour}).Shutdown(supervisor.Infinity))
		go dynsupervisor.Stop(e.Ctx, sup)
		time.Sleep(time.Minute)
		process.Exit(e.Ctx, sup.fate.PID, process.Kill)
		sup.fate.Want(process.Killed)
		time.Sleep(2 * time.Hour)
		if a.Alive() {
			t.Error("a child survived")
		}
	})
}

// StartLink's supervisor stops with the process that started it.
func TestStartLink(t *testing.T) {
	bubble(t, func(e *env) {
		parent := e.Puppet()
		var ref dynsupervisor.Ref
		parent.Do(func(c *process.Context) {
			var err error
			if ref, err = dynsupervisor.StartLink(c, "sup"); err != nil {
				t.Fatal(err)
			}
			_, err = dynsupervisor.StartLink(c, "")
			e.wantProblem("without an id", err, supervisor.MissingID)
		})
		if _, err := dynsupervisor.StartChild(e.Ctx, ref, e.worker("a")); err != nil {
			t.Fatal(err)
		}
		fate := e.Watch(e.Resolve(ref.Dest()))
		parent.Exit(errBoom)
		e.want("+a -a(shutdown)")
		if !errors.Is(fate.Reason(), errBoom) {
			t.Errorf("the supervisor ended with %v", fate.Reason())
		}
	})
}

// A back-off delays the restarts of one child and nothing else.
func TestBackoff(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start(dynsupervisor.Backoff(time.Second, 4*time.Second), dynsupervisor.Intensity(100, time.Minute))
		a, _ := sup.child(e.worker("a"))
		b, _ := sup.child(e.worker("b"))
		for i, nominal := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second} {
			e.take()
			e.crash(a)
			if nominal > 0 {
				sup.wantStates("a:restarting b:running")
				time.Sleep(nominal/2 - 1)
				sup.wantStates("a:restarting b:running")
				time.Sleep(nominal/2 + 2)
			}
			synctest.Wait()
			e.want("-a(boom) +a")
			if i == 0 {
				e.crash(b)
				e.want("-b(boom) +b")
			}
		}
		children, err := dynsupervisor.WhichChildren(e.Ctx, sup)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range children {
			if want := map[string]int{"a": 5, "b": 1}[c.ID]; c.Restarts != want {
				t.Errorf("%s was restarted %d times, not %d", c.ID, c.Restarts, want)
			}
		}
		e.crash(a) // it is waited for
		e.take()
		if d := took(func() { e.wantErr("stop", dynsupervisor.Stop(e.Ctx, sup), nil) }); d != 0 {
			t.Errorf("the stop took %v", d)
		}
		time.Sleep(time.Hour)
		e.want("-b(shutdown)")
	})
}

// A child that asks its supervisor for something while that waits for its start can never be answered, and is told so.
func TestChildThatManagesItsSupervisor(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		e.plan("a", func(c *genserver.Context) genserver.Result {
			_, err := dynsupervisor.CountChildren(c, sup)
			return c.Stop(err)
		})
		var circle *genserver.DeadlockError
		if err := sup.fails(e.worker("a")); !errors.As(err, &circle) {
			t.Errorf("start: %v", err)
		}
		sup.wantAlive()
	})
}

// A start whose entry in a registry is taken fails without running the child.
func TestVia(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		entry := &registration{}
		a, _ := sup.child(e.worker("a").Via(entry))
		var taken *process.AlreadyStarted
		if err := sup.fails(e.worker("b").Via(entry)); !errors.As(err, &taken) || taken.PID != e.Resolve(a.Dest()) {
			t.Errorf("start: %v", err)
		}
		e.crash(a)
		e.want("+a -a(boom) +a")
		if entry.pid != e.Resolve(a.Dest()) {
			t.Errorf("the entry is %v", entry.pid)
		}
	})
}

// registration is the smallest registry: of one entry.
type registration struct{ pid process.PID }

func (r *registration) Register(pid process.PID) error {
	if r.pid.Alive() {
		return &process.AlreadyStarted{PID: r.pid}
	}
	r.pid = pid
	return nil
}

func TestTemplateIsChecked(t *testing.T) {
	bubble(t, func(e *env) {
		for problem, bad := range map[supervisor.Problem]supervisor.Spec{
			supervisor.MissingStart:          dynsupervisor.Template[int, workerRef]("sup", nil),
			supervisor.MissingID:             dynsupervisor.Template("", func(int) supervisor.Child[workerRef] { return e.worker("a") }),
			dynsupervisor.InvalidMaxChildren: dynsupervisor.Template("sup", func(int) supervisor.Child[workerRef] { return e.worker("a") }, dynsupervisor.MaxChildren(-1)),
		} {
			_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{bad}))
			e.wantProblem("start", err, problem)
		}
		var zero dynsupervisor.Factory[int, workerRef]
		_, err := zero.StartChild(e.Ctx, 1)
		e.wantErr("the zero Factory", err, process.NoProc)
	})
}

// A description has no more children than asked for, the oldest.
func TestDescribe(t *testing.T) {
	bubble(t, func(e *env) {
		sup := e.start()
		var pids []process.PID
		for i := range 20 {
			_, pid := sup.child(e.worker(fmt.Sprint(i)))
			pids = append(pids, pid)
		}
		for _, limit := range []int{-1, 0, 1, 7, 20, 100} {
			d, err := dynsupervisor.Describe(e.Ctx, sup, limit)
			if want := min(max(limit, 0), 20); err != nil || d.ID != "sup" || d.Total != 20 || len(d.Children) != want {
				t.Fatalf("limit %d: %+v, %v", limit, d, err)
			}
			for i, c := range d.Children {
				if c.PID != pids[i] {
					t.Errorf("limit %d: child %d is %v", limit, i, c.PID)
				}
			}
		}
		sup, _, _ = e.startRetrying()
		if d, err := dynsupervisor.Describe(e.Ctx, sup, 1); err != nil || d.Children[0].Last != errBoom || d.Children[0].Restarts != 1 {
			t.Errorf("a child that is being restarted: %+v, %v", d, err)
		}
		time.Sleep(2 * time.Minute)
		if d, err := dynsupervisor.Describe(e.Ctx, sup, 1); err != nil || d.Children[0].Last != nil || d.Children[0].Restarts != 2 {
			t.Errorf("one that was: %+v, %v", d, err)
		}
	})
}

// Whatever is started, crashed and terminated at once, in the end the supervisor knows who lives.
func TestStorm(t *testing.T) {
	const starters, each, limit = 8, 400, 300
	node := process.NewNode("storm", process.WithLogger(slog.New(slog.DiscardHandler)))
	ctx := process.WithNode(context.Background(), node)
	sup, err := dynsupervisor.Start(ctx, "sup", dynsupervisor.MaxChildren(limit), dynsupervisor.Intensity(starters*each*10, time.Hour),
		dynsupervisor.Backoff(time.Microsecond, time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range starters {
		all.Go(func() {
			for range each {
				restart := []supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary}[rand.N(3)]
				ref, err := dynsupervisor.StartChild(ctx, sup, supervisor.Server("room", newRoom).Restart(restart))
				if errors.Is(err, dynsupervisor.ErrMaxChildren) {
					children, err := dynsupervisor.WhichChildren(ctx, sup)
					if err != nil || len(children) > limit {
						t.Errorf("%d children, %v", len(children), err)
					}
					for _, c := range children[:len(children)/4] {
						if err := dynsupervisor.Terminate(ctx, sup, c.PID); err != nil && !errors.Is(err, supervisor.ErrNotFound) {
							t.Errorf("terminate: %v", err)
						}
					}
					continue
				}
				if err != nil {
					t.Errorf("start: %v", err)
					return
				}
				if pid, err := ref.Dest().Resolve(node); err == nil && rand.N(2) == 0 {
					process.Exit(ctx, pid, []error{process.Kill, process.Shutdown, errBoom}[rand.N(3)])
				}
			}
		})
	}
	all.Wait()
	wantSettled(ctx, t, sup)
	if err := dynsupervisor.Stop(ctx, sup); err != nil {
		t.Error(err)
	}
	for pid := range node.Processes() {
		if pid.Alive() { // the dead may be listed for a moment
			t.Errorf("%v is left", pid)
		}
	}
}

// wantSettled checks that list and counts agree with what lives, as soon as no restart is put off.
func wantSettled(ctx context.Context, t *testing.T, sup dynsupervisor.Ref) {
	t.Helper()
	for begun := time.Now(); ; {
		list, err := dynsupervisor.WhichChildren(ctx, sup)
		if err != nil {
			t.Fatal(err)
		}
		counts, err := dynsupervisor.CountChildren(ctx, sup)
		if err != nil {
			t.Fatal(err)
		}
		alive := 0
		for _, c := range list {
			if c.PID.Alive() {
				alive++
			}
		}
		want := supervisor.Counts{Specs: alive, Active: alive, Workers: alive}
		if len(list) == alive && counts == want {
			return
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d children, %d of them alive, %+v", len(list), alive, counts)
		}
	}
}

// When a supervisor has stopped, nothing is left of its children: what their
// ends undo is undone, and the node lists them no more.
func TestStopLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnv(t)
		sup, err := dynsupervisor.Start(e.Ctx, "sup")
		if err != nil {
			t.Fatal(err)
		}
		undone := false
		if _, err := dynsupervisor.StartChild(e.Ctx, sup, supervisor.Opened("a",
			func(ctx context.Context) (int, error) {
				self, _ := process.SelfOf(ctx)
				process.AtExit(self, func(error) { time.Sleep(time.Second); undone = true })
				return 0, nil
			},
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })); err != nil {
			t.Fatal(err)
		}
		if err := dynsupervisor.Stop(e.Ctx, sup); err != nil {
			t.Error(err)
		}
		if !undone {
			t.Error("the supervisor has stopped before its child's end was done with")
		}
		for pid := range e.Node.Processes() {
			t.Errorf("%v is listed", pid)
		}
	})
}

// Describe takes any number for a limit.
func TestDescribeAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnv(t)
		sup, err := dynsupervisor.Start(e.Ctx, "sup")
		if err != nil {
			t.Fatal(err)
		}
		defer dynsupervisor.Stop(e.Ctx, sup)
		for range 3 {
			if _, err := dynsupervisor.StartChild(e.Ctx, sup, supervisor.Func("a", func(ctx context.Context) error { <-ctx.Done(); return nil })); err != nil {
				t.Fatal(err)
			}
		}
		d, err := dynsupervisor.Describe(e.Ctx, sup, math.MaxInt)
		if err != nil || len(d.Children) != 3 {
			t.Errorf("%d children, %v", len(d.Children), err)
		}
	})
}
