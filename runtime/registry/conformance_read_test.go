package registry_test

import (
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
)

// What others find.
var readCases = []conformance.Case{
	passes("REG-012", func(w *proctest.World) {
		for _, opts := range [][]registry.Option{nil, {registry.Duplicate()}, {registry.Partitions(4)}} {
			filters(w, startChild(w, registry.New[string, int]("names", opts...)))
		}
	}),
	passes("REG-014", func(w *proctest.World) {
		r := start(w, registry.Duplicate(), registry.Partitions(4))
		r.Dispatch("missing", func([]entry) { w.T.Error("called for a missing key") })
		a, b, caller := w.Puppet(), w.Puppet(), w.Puppet()
		register(w, a, r, "k", 1)
		register(w, b, r, "k", 2)
		calls := 0
		caller.Do(func(c *process.Context) {
			r.Dispatch("k", func(entries []entry) {
				calls++
				if want := []entry{{"k", a.PID, 1}, {"k", b.PID, 2}}; !slices.Equal(entries, want) {
					w.T.Errorf("dispatch to %v", entries)
				}
				if info, _ := process.InfoOf(w.Ctx, caller.PID); !info.Busy {
					w.T.Error("it does not run in the caller")
				}
			})
			func() {
				defer func() {
					if v := recover(); v != "on purpose" {
						w.T.Errorf("the caller got %v", v)
					}
				}()
				r.Dispatch("k", func([]entry) { panic("on purpose") })
			}()
		})
		if calls != 1 {
			w.T.Errorf("called %d times", calls)
		}
		caller.Want(nil)
	}),
	changed("REG-017", "Send returns an error that wraps NoProc: nothing raises.", func(w *proctest.World) {
		r := start(w)
		lobby := registry.Via[*room](r, "lobby")
		first, err := genserver.Start(w.Ctx, newRoom, genserver.WithVia(r.Entry("lobby", 0)))
		wantErr(w, "start", err, nil)
		n, err := genserver.Call(w.Ctx, lobby, say{text: "hello"})
		if n != 1 || err != nil {
			w.T.Errorf("call: %d, %v", n, err)
		}
		wantErr(w, "stop", genserver.Stop(w.Ctx, first, nil), nil)
		_, err = genserver.Call(w.Ctx, lobby, say{text: "hello"})
		wantErr(w, "call to nobody", err, process.NoProc)
		genserver.Cast(w.Ctx, lobby, whisper{text: "hello"})
		wantErr(w, "send to nobody", process.Send(w.Ctx, r.Via("lobby"), "hello"), process.NoProc)
	}),
}

// filters checks all that reads as a filter over the entries.
func filters(w *proctest.World, r *names) {
	a, b := w.Puppet(), w.Puppet()
	for i, key := range []string{"a", "b", "c"} {
		register(w, a, r, key, i+1)
	}
	register(w, b, r, "d", 4)
	odd := func(n int) bool { return n%2 == 1 }
	even := func(e entry) bool { return e.Value%2 == 0 }

	if keys := sorted(r.Keys(a.PID)...); !slices.Equal(keys, []string{"a", "b", "c"}) {
		w.T.Errorf("keys of a: %v", keys)
	}
	if keys := r.Keys(w.Puppet().PID); len(keys) > 0 {
		w.T.Errorf("keys of a stranger: %v", keys)
	}
	if v := r.Values("b", a.PID); !slices.Equal(v, []int{2}) {
		w.T.Errorf("values: %v", v)
	}
	if v := r.Values("b", b.PID); len(v) > 0 {
		w.T.Errorf("values of one who has none: %v", v)
	}
	if n := r.Count(); n != 4 {
		w.T.Errorf("count %d", n)
	}
	if n, m := r.CountMatch("a", odd), r.CountMatch("b", odd); n != 1 || m != 0 {
		w.T.Errorf("count of matches %d, %d", n, m)
	}
	if got := slices.Collect(r.Match("a", odd)); !slices.Equal(got, []entry{{"a", a.PID, 1}}) {
		w.T.Errorf("match: %v", got)
	}
	if keys := keysOf(r.Select(even)); !slices.Equal(keys, []string{"b", "d"}) {
		w.T.Errorf("select: %v", keys)
	}
	if n := r.CountSelect(even); n != 2 {
		w.T.Errorf("count of select: %d", n)
	}
	if keys := keysOf(r.All()); !slices.Equal(keys, []string{"a", "b", "c", "d"}) {
		w.T.Errorf("all: %v", keys)
	}
	for range r.All() {
		break // a loop may end early
	}
	b.Do(func(c *process.Context) { // not its own
		wantErr(w, "unregister match", r.UnregisterMatch(c, "a", odd), nil)
	})
	a.Do(func(c *process.Context) {
		wantErr(w, "unregister match", r.UnregisterMatch(c, "b", odd), nil) // no match
		wantErr(w, "unregister match", r.UnregisterMatch(c, "c", odd), nil)
	})
	if keys := keysOf(r.All()); !slices.Equal(keys, []string{"a", "b", "d"}) {
		w.T.Errorf("after unregister match: %v", keys)
	}
}
