package registry_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// What comes and goes beside one that stays leaves nothing behind: not in the list of its key, not in its process.
func TestComingAndGoing(t *testing.T) {
	inBubble(t, comingAndGoing)
}

func comingAndGoing(w *proctest.World) {
	t := w.T
	for _, opts := range [][]registry.Option{nil, {registry.Duplicate()}} {
		r := startChild(w, registry.New[string, int]("names", opts...))
		if len(opts) > 0 {
			register(w, w.Puppet(), r, "k", 1)
		}
		w.Puppet().Do(func(c *process.Context) {
			before := inUse()
			for range 50_000 {
				if r.Register(c, "k", 2) != nil || r.Unregister(c, "k") != nil {
					t.Error("refused")
				}
			}
			if more := inUse() - before; more > 2<<20 {
				t.Errorf("%d bytes more", more)
			}
		})
		if n := r.Listed("k"); n > 12 {
			t.Errorf("%d in the list of the key", n)
		}
	}
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Who has registered stands there, also under a key whose last entry goes at that moment.
func TestAddBesideTheLast(t *testing.T) {
	w := proctest.New(t)
	r := start(w, registry.Duplicate())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
				for i := range 20_000 {
					if err := r.Register(c, "k", i); err != nil {
						t.Errorf("register: %v", err)
					}
					if n := r.CountMatch("k", func(v int) bool { return v == i }); n == 0 {
						t.Error("not found")
						break
					}
					_ = r.Unregister(c, "k")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			_, _ = process.Wait(w.Ctx, pid)
		})
	}
	all.Wait()
	if n := r.Tables(); n != 0 {
		t.Errorf("%d things left", n)
	}
}

// When a partition dies the registry's supervisor hears first of the registry, and so restarts the registrants with it and not in vain.
func TestSupervisorHearsOfTheRegistryFirst(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		for range 10 {
			names := registry.New[string, int]("names")
			list := []supervisor.Spec{names}
			for i := range 40 {
				list = append(list, supervisor.Server(fmt.Sprint(i), newRoom).Via(names.Ref().Entry(fmt.Sprint(i), i)))
			}
			root, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.RestForOne, list, supervisor.Intensity(1, 1)))
			wantErr(w, "start", err, nil)
			fate := w.Watch(w.Resolve(root.Dest()))
			process.Exit(w.Ctx, names.Ref().Anchors()[0], process.Kill)
			fate.Want(nil)
			if n := names.Ref().Count(); n != 40 {
				t.Errorf("%d stand there after the restart", n)
			}
			wantErr(w, "stop", supervisor.Stop(w.Ctx, root), nil)
		}
	})
}

// When a registry has stopped its registrants have got its exit signal.
func TestStopReachesRegistrants(t *testing.T) {
	w := proctest.New(t)
	names := registry.New[string, int]("names", registry.Partitions(4))
	root, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{names}))
	wantErr(w, "start", err, nil)
	var registrants []process.PID
	for i := range 200 {
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			_, err := process.Receive(c)
			return err
		}, process.WithVia(names.Ref().Entry(fmt.Sprint(i), i)))
		wantErr(w, "spawn", err, nil)
		registrants = append(registrants, pid)
	}
	wantErr(w, "terminate", supervisor.TerminateChild(w.Ctx, root, "names"), nil)
	for _, pid := range registrants {
		if info, alive := process.InfoOf(w.Ctx, pid); alive && len(info.Links) > 0 {
			t.Fatalf("%v has not got it", pid)
		}
	}
	wantErr(w, "stop", supervisor.Stop(w.Ctx, root), nil)
}

// late is a context that does something when it is looked at.
type late struct {
	context.Context
	once *sync.Once
	do   func()
}

func (l late) Value(key any) any {
	l.once.Do(l.do)
	return l.Context.Value(key)
}

// A registry that dies while a process registers refuses it, and leaves it alone.
func TestRegisterInTheDying(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		for _, opts := range [][]registry.Option{nil, {registry.Duplicate()}} {
			r := startChild(w, registry.New[string, int]("names", opts...))
			p := w.Puppet()
			p.Do(func(c *process.Context) {
				ctx := late{c, new(sync.Once), func() { process.Exit(w.Ctx, r.Anchors()[0], process.Kill) }}
				wantErr(w, "register", r.Register(ctx, "k", 1), process.NoProc)
			})
			if links := w.Links(p.PID); len(links) > 0 {
				t.Errorf("linked to %v", links)
			}
			p.Want(nil)
			wantEntries(w, r, "k")
		}
	})
}
