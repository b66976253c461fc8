package registry_test

import (
	"errors"
	"slices"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// How registrants and the registry hang together.
var linkCases = []conformance.Case{
	passes("REG-019", func(w *proctest.World) {
		for _, opts := range [][]registry.Option{nil, {registry.Duplicate()}} {
			r := startChild(w, registry.New[string, int]("names", opts...))
			a := w.Puppet()
			linked := func(want bool) {
				w.T.Helper()
				if got := slices.Equal(w.Links(a.PID), r.Anchors()); got != want {
					w.T.Errorf("links %v, the registry's processes are %v", w.Links(a.PID), r.Anchors())
				}
			}
			linked(false)
			register(w, a, r, "k", 1)
			register(w, a, r, "l", 2)
			linked(true)
			unregister(w, a, r, "k")
			linked(true)
			unregister(w, a, r, "l")
			linked(false)
			register(w, a, r, "k", 1)
			linked(true)
		}
	}),
	changed("REG-020", "It is the registry's supervisor that restarts it, and counts that: a registry is no supervisor of its own.", func(w *proctest.World) {
		r := start(w, registry.Meta("color", "red"), registry.Partitions(3))
		a, trapping, idle := w.Puppet(), w.Trapping(), w.Puppet()
		for _, key := range []string{"a", "b", "c", "d", "e", "f", "g"} { // in all partitions
			register(w, a, r, key, 1)
		}
		register(w, trapping, r, "t", 1)
		wantErr(w, "put", r.PutMeta("color", "blue"), nil)
		first := w.Resolve(r.Dest())
		partition := w.Links(trapping.PID)[0]
		process.Exit(w.Ctx, partition, process.Kill)
		a.Want(process.Killed)
		idle.Want(nil)
		trapping.WantExited(partition, process.Killed)
		if second := w.Resolve(r.Dest()); second == first {
			w.T.Error("the registry was not restarted")
		}
		if n := r.Count(); n != 0 {
			w.T.Errorf("%d entries after the restart", n)
		}
		if color, _ := r.Meta("color"); color != "red" {
			w.T.Errorf("color %v", color)
		}
		register(w, trapping, r, "t", 2)
		wantEntries(w, r, "t", entry{"t", trapping.PID, 2})
	}),
}

// What surrounds the entries: listeners, metadata, locks, refusals.
var toolCases = []conformance.Case{
	passes("REG-021", func(w *proctest.World) {
		l := w.Puppet()
		r := start(w, registry.Listener(l.PID))
		a, b := w.Puppet(), w.Puppet()
		register(w, a, r, "k", 1)
		wantGot(w, l, registry.Registered[string, int]{Registry: "names", Key: "k", PID: a.PID, Value: 1})
		b.Do(func(c *process.Context) { wantTaken(w, r.Register(c, "k", 2), a.PID) })
		a.Do(func(c *process.Context) {
			_, _, err := r.UpdateValue(c, "k", func(int) int { return 3 })
			wantErr(w, "update", err, nil)
		})
		l.WantNothing()
		unregister(w, a, r, "k")
		unregister(w, a, r, "never held")
		wantGot(w, l, registry.Unregistered[string]{Registry: "names", Key: "k", PID: a.PID}, registry.Unregistered[string]{Registry: "names", Key: "never held", PID: a.PID})
		register(w, b, r, "k", 4)
		l.Got()
		b.Exit(errors.New("crash"))
		wantEntries(w, r, "k")
		l.WantNothing()
	}),
	changed("REG-022", "Registering succeeds: a listener that is not there misses the event, as one does that ends a moment later.", func(w *proctest.World) {
		r := start(w, registry.Listener(process.Name("nobody")))
		a := w.Puppet()
		register(w, a, r, "k", 1)
		wantEntries(w, r, "k", entry{"k", a.PID, 1})
	}),
	passes("REG-023", func(w *proctest.World) {
		r := start(w, registry.Meta("color", "red"), registry.Meta(7, "seven"))
		want := func(key, want any) {
			w.T.Helper()
			if got, ok := r.Meta(key); got != want || ok != (want != nil) {
				w.T.Errorf("metadata %v: %v, %v; want %v", key, got, ok, want)
			}
		}
		want("color", "red")
		want(7, "seven")
		want("missing", nil)
		wantErr(w, "put", r.PutMeta("color", "blue"), nil)
		want("color", "blue")
		wantErr(w, "delete", r.DeleteMeta("color"), nil)
		want("color", nil)
		wantErr(w, "delete of nothing", r.DeleteMeta("color"), nil)
	}),
	passes("REG-024", func(w *proctest.World) {
		r := start(w)
		serialised(w, r)
		deadHoldersRelease(w, r)
	}),
	changed("REG-025", "The kind of the keys cannot be another and a registry is a value, not a name. Of one that does not run reads find nothing, and changes fail with NoProc.", func(w *proctest.World) {
		_, err := supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{registry.New[string, int]("names", registry.Partitions(0))}))
		var failed *supervisor.StartError
		if !errors.As(err, &failed) || failed.ID != "names" {
			w.T.Errorf("no partitions: %v", err)
		}
		_, err = supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{registry.New[string, int]("")}))
		var spec *supervisor.SpecError
		if !errors.As(err, &spec) || spec.Problem != supervisor.MissingID {
			w.T.Errorf("no id: %v", err)
		}
		r := registry.New[string, int]("names").Ref()
		w.Puppet().Do(func(c *process.Context) { notRunning(w, c, r) })
	}),
}

// serialised checks that one key's functions run one after the other, and different keys' beside each other.
func serialised(w *proctest.World, r *names) {
	begun := time.Now()
	done := make(chan error)
	for _, key := range []string{"a", "a", "a", "b"} {
		go func() {
			done <- r.Lock(w.Ctx, key, func() error { time.Sleep(time.Second); return errBurnt })
		}()
	}
	for range 4 {
		wantErr(w, "what the function returned", <-done, errBurnt)
	}
	if d := time.Since(begun); d != 3*time.Second {
		w.T.Errorf("three under one key and one under another took %v, want 3s", d)
	}
	func() {
		defer func() { _ = recover() }()
		_ = r.Lock(w.Ctx, "a", func() error { panic("on purpose") })
	}()
	wantErr(w, "lock after a panic", r.Lock(w.Ctx, "a", func() error { return nil }), nil)
}

// deadHoldersRelease checks that neither a holder nor a waiter that ends keeps the lock.
func deadHoldersRelease(w *proctest.World, r *names) {
	locker := func(d time.Duration, did *bool) process.PID {
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			return r.Lock(c, "k", func() error { *did = true; time.Sleep(d); return nil })
		})
		wantErr(w, "spawn", err, nil)
		synctest.Wait()
		return pid
	}
	var held, waited, next bool
	holder := locker(time.Hour, &held)
	waiter := locker(0, &waited)
	locker(0, &next)
	process.Exit(w.Ctx, waiter, process.Shutdown)
	synctest.Wait()
	if waiter.Alive() || !held || next {
		w.T.Errorf("waiter alive %v, holder %v, next %v", waiter.Alive(), held, next)
	}
	process.Exit(w.Ctx, holder, process.Kill) // it is busy, and abandoned
	synctest.Wait()
	if waited || !next {
		w.T.Errorf("after the holder's end: dead waiter %v, next %v", waited, next)
	}
	time.Sleep(2 * time.Hour) // the abandoned function returns
	wantErr(w, "lock", r.Lock(w.Ctx, "k", func() error { return nil }), nil)
	if n := r.Locks(); n != 0 {
		w.T.Errorf("%d locks left", n)
	}
}
