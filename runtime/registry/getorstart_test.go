package registry_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// rooms is a registry beside the supervisor of those who stand in it.
type rooms struct {
	*proctest.World
	names *names
	sup   dynsupervisor.Ref
}

func startRooms(w *proctest.World, opts ...dynsupervisor.Option) rooms {
	w.T.Helper()
	names := registry.New[string, int]("names")
	sup := dynsupervisor.New("rooms", opts...)
	root, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.RestForOne, []supervisor.Spec{names, sup}))
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(func() {
		if err := supervisor.Stop(w.Ctx, root); err != nil {
			w.T.Errorf("stop: %v", err)
		}
	})
	return rooms{w, names.Ref(), sup.Ref()}
}

// get is what a program's client function does.
func (r rooms) get(key string) (genserver.Ref[*room], error) {
	return registry.GetOrStart(r.Ctx, r.names, key, 1, r.sup, supervisor.Server("room", newRoom).Restart(supervisor.Temporary))
}

// children counts what the supervisor has.
func (r rooms) children() int {
	r.T.Helper()
	counts, err := dynsupervisor.CountChildren(r.Ctx, r.sup)
	if err != nil {
		r.T.Error(err)
	}
	return counts.Active
}

func TestGetOrStart(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w)
		a, err := r.get("a")
		wantErr(w, "start", err, nil)
		again, err := r.get("a")
		wantErr(w, "get", err, nil)
		b, err := r.get("b")
		wantErr(w, "start", err, nil)
		if w.Resolve(a.Dest()) != w.Resolve(again.Dest()) || w.Resolve(a.Dest()) == w.Resolve(b.Dest()) || r.children() != 2 {
			t.Errorf("a is %v and %v, b %v; %d children", a, again, b, r.children())
		}
		first := w.Resolve(a.Dest())
		wantEntries(w, r.names, "a", entry{"a", first, 1})
		genserver.Cast(w.Ctx, a, burn{})
		synctest.Wait()
		_, err = genserver.Call(w.Ctx, a, say{text: "hello"})
		wantErr(w, "call to nobody", err, process.NoProc)
		_, err = r.get("a")
		wantErr(w, "start anew", err, nil)
		if n, err := genserver.Call(w.Ctx, a, say{text: "hello"}); n != 1 || err != nil || w.Resolve(a.Dest()) == first {
			t.Errorf("the old reference reaches %v: %d, %v", a, n, err)
		}
	})
}

// Who finds the process does not ask the supervisor, which may be busy.
func TestGetDoesNotAskTheSupervisor(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w)
		a, err := r.get("a")
		wantErr(w, "start", err, nil)
		wantErr(w, "suspend", genserver.Suspend(w.Ctx, r.sup), nil)
		again, err := r.get("a")
		if err != nil || w.Resolve(again.Dest()) != w.Resolve(a.Dest()) {
			t.Errorf("get: %v, %v", again, err)
		}
		_, err = registry.GetOrStart(soon(w, time.Second), r.names, "b", 1, r.sup, supervisor.Server("room", newRoom))
		wantErr(w, "start", err, context.DeadlineExceeded)
		wantErr(w, "resume", genserver.Resume(w.Ctx, r.sup), nil)
	})
}

// slow is a server whose start takes a second.
type slow struct{ room }

func (s *slow) Init(c *genserver.Context) genserver.Result {
	time.Sleep(time.Second)
	return c.OK()
}

// Many ask while the one child starts: they get it, and wait for its Init no longer than the first.
func TestGetWhileItStarts(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w)
		child := supervisor.Server("room", func() *slow { return new(slow) }).Restart(supervisor.Temporary)
		begun := time.Now()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				ref, err := registry.GetOrStart(w.Ctx, r.names, "a", 1, r.sup, child)
				if err != nil {
					t.Error(err)
				}
				if _, err := ref.Dest().Resolve(w.Node); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if d := time.Since(begun); d != time.Second || r.children() != 1 {
			t.Errorf("it took %v, %d children", d, r.children())
		}
	})
}

// What fails the start is the caller's to know.
func TestGetOrStartFails(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w, dynsupervisor.MaxChildren(1))
		_, err := registry.GetOrStart(w.Ctx, r.names, "a", 1, r.sup, supervisor.Server("room", func() *room { panic("on purpose") }))
		var failed *supervisor.StartError
		var crash *process.PanicError
		if !errors.As(err, &failed) || !errors.As(err, &crash) {
			t.Errorf("a start that panics: %v", err)
		}
		if _, err = r.get("a"); err != nil {
			t.Error(err)
		}
		_, err = r.get("b")
		wantErr(w, "one child too many", err, dynsupervisor.ErrMaxChildren)

		d := startChild(w, registry.New[string, int]("bag", registry.Duplicate()))
		register(w, w.Puppet(), d, "k", 1)
		_, err = registry.GetOrStart(w.Ctx, d, "k", 1, r.sup, supervisor.Server("room", newRoom))
		wantErr(w, "duplicate keys", err, registry.ErrDuplicateKeys)

		dead := registry.New[string, int]("dead").Ref()
		wantErr(w, "terminate", dynsupervisor.Terminate(w.Ctx, r.sup, w.Resolve(r.names.Via("a"))), nil)
		_, err = registry.GetOrStart(w.Ctx, dead, "a", 1, r.sup, supervisor.Server("room", newRoom))
		wantErr(w, "a registry that does not run", err, process.NoProc)
		if n := r.children(); n != 0 {
			t.Errorf("%d children", n)
		}
	})
}

// A child that another has replaced before its restart gives way, and costs the supervisor one restart at most.
func TestRestartGivesWay(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w, dynsupervisor.Intensity(1, time.Minute))
		sup := w.Resolve(r.sup.Dest())
		permanent := supervisor.Server("room", newRoom)
		_, err := registry.GetOrStart(w.Ctx, r.names, "a", 1, r.sup, permanent)
		wantErr(w, "start", err, nil)
		other := w.Puppet()
		process.AtExit(w.Resolve(r.names.Via("a")), func(error) { // before the supervisor hears
			if err := r.names.Entry("a", 2).Register(other.PID); err != nil {
				t.Error(err)
			}
		})
		process.Exit(w.Ctx, w.Resolve(r.names.Via("a")), errBurnt)
		synctest.Wait()
		wantEntries(w, r.names, "a", entry{"a", other.PID, 2})
		if n := r.children(); n != 0 || w.Resolve(r.sup.Dest()) != sup {
			t.Errorf("%d children of %v, which was %v", n, r.sup, sup)
		}
		other.Exit(nil)
		ref, err := registry.GetOrStart(w.Ctx, r.names, "a", 1, r.sup, permanent)
		wantErr(w, "start", err, nil)
		process.Exit(w.Ctx, w.Resolve(ref.Dest()), errBurnt) // one restart too many
		synctest.Wait()
		if w.Resolve(r.sup.Dest()) == sup {
			t.Error("the restart that gave way was not counted")
		}
	})
}

// Many goroutines ask for few keys while the processes crash and are killed: everybody gets a reference, never an error, and two
// processes never stand under one key.
func TestGetOrStartUnderFire(t *testing.T) {
	for _, restart := range []supervisor.Restart{supervisor.Temporary, supervisor.Transient, supervisor.Permanent} {
		t.Run(restart.String(), func(t *testing.T) { underFire(t, restart) })
	}
}

func underFire(t *testing.T, restart supervisor.Restart) {
	w := proctest.New(t)
	r := startRooms(w, dynsupervisor.Intensity(1_000_000, time.Second))
	var standing sync.Map // key to PID
	const keys, goroutines, rounds = 5, 16, 400
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(g)))
			for range rounds {
				key := fmt.Sprint(random.IntN(keys))
				child := supervisor.Server("room", func() *holder { return &holder{key: key, standing: &standing, t: t} }).Restart(restart)
				ref, err := registry.GetOrStart(w.Ctx, r.names, key, 1, r.sup, child)
				if err != nil {
					t.Error(err)
					return
				}
				switch random.IntN(4) {
				case 0:
					_ = process.Send(w.Ctx, ref.Dest(), "crash")
				case 1:
					if pid, err := ref.Dest().Resolve(w.Node); err == nil {
						process.Exit(w.Ctx, pid, process.Kill)
					}
				}
			}
		})
	}
	all.Wait()
	if n := r.names.Count(); n > keys {
		t.Errorf("%d entries for %d keys", n, keys)
	}
}

// holder is a server that checks that nobody else of its key lives.
type holder struct {
	key      string
	standing *sync.Map
	t        *testing.T
}

// Init finds no other of its key alive: the registry gave it the key before its code ran. It may itself be dead by now, killed as soon
// as it had the key, and another alive.
func (h *holder) Init(c *genserver.Context) genserver.Result {
	if other, ok := h.standing.Swap(h.key, c.Self()); ok && other.(process.PID).Alive() && c.Self().Alive() {
		h.t.Errorf("%v and %v live under %s", other, c.Self(), h.key)
	}
	return c.OK()
}

func (h *holder) HandleInfo(c *genserver.Context, _ any) genserver.Result { return c.Stop(errBurnt) }

// A crash of the registry takes those who stand in it along, and the next who asks starts a new one.
func TestGetOrStartAfterCrash(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w)
		for _, victim := range []func() process.PID{
			func() process.PID { return w.Resolve(r.names.Dest()) },
			func() process.PID { return r.names.Anchors()[0] },
			func() process.PID { return w.Resolve(r.sup.Dest()) },
		} {
			a, err := r.get("a")
			wantErr(w, "get", err, nil)
			fate := w.Watch(w.Resolve(a.Dest()))
			process.Exit(w.Ctx, victim(), process.Kill)
			if fate.Reason() == nil {
				t.Error("it lives on")
			}
			wantEntries(w, r.names, "a")
			if n := r.children(); n != 0 {
				t.Errorf("%d children", n)
			}
		}
	})
}

// stillborn is a server whose start always fails, since what it needs is killed each time.
type stillborn struct {
	room
	starts *int
}

var errNeeded = fmt.Errorf("ask the database: %w", process.Killed)

func (s *stillborn) Init(c *genserver.Context) genserver.Result {
	*s.starts++
	return c.Stop(errNeeded)
}

// Only a child that was itself killed is tried again, not one that failed because another process was.
func TestStartFailsSinceAnotherWasKilled(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w)
		starts := 0
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		child := supervisor.Server("room", func() *stillborn {
			if starts > 3 {
				cancel() // else it never ends
			}
			return &stillborn{starts: &starts}
		})
		_, err := registry.GetOrStart(ctx, r.names, "a", 1, r.sup, child)
		var failed *supervisor.StartError
		if !errors.As(err, &failed) || starts != 1 {
			t.Errorf("%d starts, %v", starts, err)
		}
	})
}

// Who was not the first gets the child also if the supervisor has no room for another one.
func TestGetOrStartTheLast(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startRooms(w, dynsupervisor.MaxChildren(1))
		wantErr(w, "suspend", genserver.Suspend(w.Ctx, r.sup), nil)
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				_, err := r.get("a")
				wantErr(w, "get or start", err, nil)
			})
		}
		synctest.Wait() // all have seen that there is none
		wantErr(w, "resume", genserver.Resume(w.Ctx, r.sup), nil)
		all.Wait()
		_, err := r.get("b")
		wantErr(w, "another one", err, dynsupervisor.ErrMaxChildren)
	})
}
