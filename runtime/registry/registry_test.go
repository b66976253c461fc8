package registry_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
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

// A name that is taken fails the start before any of the new process's code runs, and says who has it.
func TestEntryTaken(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		made := 0
		maker := func() *room { made++; return newRoom() }
		first, err := genserver.Start(w.Ctx, maker, genserver.WithVia(r.Entry("lobby", 1)))
		wantErr(w, "start", err, nil)
		_, err = genserver.Start(w.Ctx, maker, genserver.WithVia(r.Entry("lobby", 2)))
		wantTaken(w, err, w.Resolve(first.Dest()))
		if !strings.Contains(err.Error(), `registry "names": already started: <test.`) {
			t.Errorf("the error says %v", err)
		}
		if made != 1 {
			t.Errorf("%d servers were made", made)
		}
		wantEntries(w, r, "lobby", entry{"lobby", w.Resolve(first.Dest()), 1})
	})
}

// A start that fails leaves no entry, whatever became of it.
func TestEntryOfFailedStart(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		_, err := genserver.Start(w.Ctx, func() *room { panic("on purpose") }, genserver.WithVia(r.Entry("lobby", 1)))
		if err == nil {
			t.Error("it started")
		}
		wantEntries(w, r, "lobby")
		if n := r.Tables(); n != 0 || !w.Resolve(r.Dest()).Alive() {
			t.Errorf("%d things left", n)
		}
	})
}

// Child.Via takes the entry at each restart, and Via finds each incarnation. Each end costs the supervisor one restart, the registry's
// too: no registrant is restarted before it, in vain.
func TestChildVia(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		names := registry.New[string, int]("names")
		child := supervisor.Server("room", newRoom).Via(names.Ref().Entry("lobby", 7))
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.RestForOne, []supervisor.Spec{names, child}, supervisor.Intensity(4, time.Second)))
		wantErr(w, "start", err, nil)
		defer supervisor.Stop(w.Ctx, sup)
		lobby := registry.Via[*room](names.Ref(), "lobby")
		var last process.PID
		for _, end := range []func(){
			func() { genserver.Cast(w.Ctx, lobby, burn{}) },
			func() { process.Exit(w.Ctx, w.Resolve(lobby.Dest()), process.Kill) },
			func() { process.Exit(w.Ctx, w.Resolve(names.Ref().Dest()), process.Kill) },
			func() { process.Exit(w.Ctx, names.Ref().Anchors()[0], process.Kill) },
			func() {},
		} {
			n, err := genserver.Call(w.Ctx, lobby, say{text: "hello"})
			if n != 1 || err != nil {
				t.Errorf("call: %d, %v", n, err)
			}
			if pid := w.Resolve(lobby.Dest()); pid == last {
				t.Errorf("%v was not restarted", pid)
			} else {
				last = pid
			}
			end()
			synctest.Wait()
		}
		if text := lobby.String(); text != "names[lobby]" {
			t.Errorf("the reference reads %q", text)
		}
	})
}

// A registry that stops takes its registrants with it, before the stop returns.
func TestStopEndsRegistrants(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		child := registry.New[string, int]("names", registry.Partitions(3))
		r := child.Ref()
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{child}))
		wantErr(w, "start", err, nil)
		a, trapping := w.Puppet(), w.Trapping()
		register(w, a, r, "a", 1)
		register(w, trapping, r, "b", 1)
		partition := w.Links(trapping.PID)[0]
		wantErr(w, "stop", supervisor.Stop(w.Ctx, sup), nil)
		a.Want(process.Shutdown)
		trapping.WantExited(partition, process.Shutdown)
		trapping.Do(func(c *process.Context) { notRunning(w, c, r) })
	})
}

// The registry does not mind how its registrants end, nor what is sent to it.
func TestSurvivesRegistrants(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		pid := w.Resolve(r.Dest())
		for i, reason := range []error{nil, errBurnt, process.Shutdown, process.Kill} {
			a := w.Puppet()
			register(w, a, r, fmt.Sprint(i), i)
			a.Exit(reason)
		}
		wantErr(w, "send", process.Send(w.Ctx, r.Dest(), "what?"), nil)
		wantErr(w, "send", process.Send(w.Ctx, r.Anchors()[0], "what?"), nil)
		process.Exit(w.Ctx, r.Anchors()[0], process.Shutdown) // not from its parent
		synctest.Wait()
		if now := w.Resolve(r.Dest()); now != pid {
			t.Error("the registry was restarted")
		}
		if n := r.Tables(); n != 0 {
			t.Errorf("%d things left", n)
		}
	})
}

func TestWhoMayRegister(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		wantErr(w, "a goroutine", r.Register(w.Ctx, "k", 1), registry.ErrNoProcess)
		wantErr(w, "a goroutine", r.Unregister(w.Ctx, "k"), registry.ErrNoProcess)
		var kept *process.Context
		a := w.Puppet()
		a.Do(func(c *process.Context) { kept = c })
		a.Exit(nil)
		wantErr(w, "a dead process", r.Register(kept, "k", 1), process.ErrFenced)
		wantErr(w, "a dead process", r.Entry("k", 1).Register(a.PID), process.NoProc)
		wantErr(w, "a dead process", r.Lock(kept, "k", func() error { t.Error("locked"); return nil }), process.ErrFenced)
		wantErr(w, "nobody", r.Entry("k", 1).Register(process.PID{}), process.NoProc)
		if n := r.Tables() + r.Locks(); n != 0 {
			t.Errorf("%d things left", n)
		}
	})
}

func TestKeysThatNobodyCouldFind(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startChild(w, registry.New[float64, int]("numbers"))
		w.Puppet().Do(func(c *process.Context) {
			if err := r.Register(c, math.NaN(), 1); err == nil {
				t.Error("a NaN was registered")
			}
		})
	})
}

func TestBadListener(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		_, err := supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{registry.New[string, int]("names", registry.Listener(nil))}))
		if err == nil {
			t.Error("a nil listener was accepted")
		}
	})
}

func TestViaDuplicate(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w, registry.Duplicate())
		_, err := r.Via("k").Resolve(w.Node)
		wantErr(w, "via", err, registry.ErrDuplicateKeys)
		// But a start may take an entry.
		for range 2 {
			pid, err := genserver.Start(w.Ctx, newRoom, genserver.WithVia(r.Entry("k", 1)))
			wantErr(w, "start", err, nil)
			w.KillAtEnd(w.Resolve(pid.Dest()))
		}
		if n := r.Count(); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}

// A bounded listener with a full mailbox does not hold up who registers.
func TestFullListener(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		l, err := process.Spawn(w.Ctx, func(c *process.Context) error { <-c.Done(); return nil }, process.Bounded(1, process.Block))
		wantErr(w, "spawn", err, nil)
		r := start(w, registry.Listener(l))
		a := w.Puppet()
		for i := range 3 {
			register(w, a, r, fmt.Sprint(i), i)
		}
		if info, _ := process.InfoOf(w.Ctx, l); info.Lost != 2 {
			t.Errorf("the listener lost %d", info.Lost)
		}
		process.Exit(w.Ctx, l, process.Shutdown)
	})
}

func TestPublished(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		d := startChild(w, registry.New[int, string]("names", registry.Duplicate())) // of the same id elsewhere
		register(w, w.Puppet(), r, "k", 1)
		list := func() (types []string) {
			for name, p := range w.Node.AllPublished("registry") {
				s := p.Summary()
				if !strings.HasPrefix(name, "names") || !s.Owner.Alive() {
					t.Errorf("%s: %+v", name, s)
				}
				types = append(types, fmt.Sprint(s.Type, " ", s.Size))
			}
			slices.Sort(types)
			return types
		}
		want := []string{"duplicate registry[int,string] 0", "registry[string,int] 1"}
		if got := list(); !slices.Equal(got, want) {
			t.Errorf("published %q, want %q", got, want)
		}
		process.Exit(w.Ctx, w.Resolve(r.Dest()), process.Kill)
		process.Exit(w.Ctx, w.Resolve(d.Dest()), errBurnt)
		synctest.Wait()
		want[1] = "registry[string,int] 0"
		if got := list(); !slices.Equal(got, want) {
			t.Errorf("after restarts %q, want %q", got, want)
		}
	})
}

func TestLockGivesUp(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		err := r.Lock(w.Ctx, "k", func() error {
			return r.Lock(soon(w, time.Second), "k", func() error { t.Error("locked twice"); return nil })
		})
		wantErr(w, "lock in lock", err, context.DeadlineExceeded)
		if n := r.Locks(); n != 0 {
			t.Errorf("%d locks left", n)
		}
	})
}

// Duplicate keys under concurrent change: each loop sees all entries that stay, in order and once.
func TestBagsWhileTheyChange(t *testing.T) {
	w := proctest.New(t)
	r := start(w, registry.Duplicate())
	const staying = 20
	stay := spawn(w, func(c *process.Context) {
		for i := range staying {
			if err := r.Register(c, "k", i); err != nil {
				t.Error(err)
			}
		}
	})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				pid := spawn(w, func(c *process.Context) {
					for range 3 {
						if err := r.Register(c, "k", -1); err != nil {
							t.Error(err)
						}
					}
				})
				process.Exit(w.Ctx, pid, process.Kill)
			}
		})
		all.Go(func() {
			for range 500 {
				next := 0
				for e := range r.Entries("k") {
					if e.PID == stay && e.Value != next {
						t.Errorf("entry %d, want %d", e.Value, next)
					} else if e.PID == stay {
						next++
					}
				}
				if next != staying {
					t.Errorf("%d of the entries that stay", next)
				}
			}
		})
	}
	all.Wait()
	if n := r.Count(); n != staying {
		t.Errorf("%d entries left", n)
	}
	process.Exit(w.Ctx, stay, process.Kill)
	if n := r.Tables(); n != 0 {
		t.Errorf("%d things left", n)
	}
}

// spawn starts a process that does something and stays.
func spawn(w *proctest.World, f func(c *process.Context)) process.PID {
	done := make(chan struct{})
	pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
		f(c)
		close(done)
		_, err := process.Receive(c)
		return err
	})
	if err != nil {
		w.T.Error(err)
	}
	<-done
	return pid
}

// Many processes fight for few keys and die: at no time does a key belong to two, and nothing is left behind.
func TestUniqueUnderFire(t *testing.T) {
	w := proctest.New(t)
	r := start(w, registry.Partitions(2))
	var fighters sync.WaitGroup
	for i := range 8 {
		fighters.Go(func() {
			for round := range 300 {
				key := fmt.Sprint(round % 3)
				pid := spawn(w, func(c *process.Context) {
					err := r.Register(c, key, i)
					var taken *process.AlreadyStarted
					switch {
					case err == nil:
						if e, ok := r.Lookup(key); !ok || e.PID != c.Self() {
							t.Errorf("%v has %s, but %v is found", c.Self(), key, e)
						}
						if round%2 == 0 {
							wantErr(w, "unregister", r.Unregister(c, key), nil)
						}
					case !errors.As(err, &taken):
						t.Error(err)
					}
				})
				process.Exit(w.Ctx, pid, process.Kill)
			}
		})
	}
	fighters.Wait()
	if n := r.Tables(); n != 0 {
		t.Errorf("%d things left", n)
	}
}

// A registry may also be started by a dynamic supervisor, several of one Child value: each has a reference of its own.
func TestUnderDynamicSupervisor(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		sup := startChild(w, dynsupervisor.New("registries"))
		child := registry.New[string, int]("names")
		first, err := dynsupervisor.StartChild(w.Ctx, sup, child)
		wantErr(w, "start", err, nil)
		second, err := dynsupervisor.StartChild(w.Ctx, sup, child)
		wantErr(w, "start", err, nil)
		a := w.Puppet()
		register(w, a, first, "k", 1)
		wantEntries(w, first, "k", entry{"k", a.PID, 1})
		wantEntries(w, second, "k")
		if child.Ref().Running() || !second.Running() {
			t.Error("the references are mixed up")
		}
	})
}

// A restarted registry is another incarnation: what a process that traps exits had in the former does not come back or get in the way.
func TestTrappingRegistrantOverRestart(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w)
		a, b := w.Trapping(), w.Puppet()
		register(w, a, r, "k", 1)
		process.Exit(w.Ctx, w.Resolve(r.Dest()), process.Kill)
		synctest.Wait()
		wantEntries(w, r, "k")
		register(w, b, r, "k", 2)
		unregister(w, a, r, "k")
		a.Exit(nil)
		wantEntries(w, r, "k", entry{"k", b.PID, 2})
	})
}

// A key that does not equal itself locks nothing, and would be kept for ever.
func TestLockOfNaN(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := startChild(w, registry.New[float64, int]("floats"))
		if err := r.Lock(w.Ctx, math.NaN(), func() error { t.Error("locked"); return nil }); err == nil {
			t.Error("no error")
		}
		if n := r.Locks(); n != 0 {
			t.Errorf("%d locks left", n)
		}
	})
}
