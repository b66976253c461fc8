package registry_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
)

// What a process does with its own entries.
var entryCases = []conformance.Case{
	passes("REG-001", func(w *proctest.World) {
		r := start(w)
		a, b := w.Puppet(), w.Puppet()
		register(w, a, r, "k", 1)
		for _, p := range []*proctest.Puppet{a, b} {
			p.Do(func(c *process.Context) { wantTaken(w, r.Register(c, "k", 2), a.PID) })
		}
		wantEntries(w, r, "k", entry{"k", a.PID, 1})
	}),
	passes("REG-002", func(w *proctest.World) {
		r := start(w, registry.Duplicate())
		a := w.Puppet()
		register(w, a, r, "k", 1)
		register(w, a, r, "k", 2)
		wantEntries(w, r, "k", entry{"k", a.PID, 1}, entry{"k", a.PID, 2})
		if keys := r.Keys(a.PID); !slices.Equal(keys, []string{"k", "k"}) {
			w.T.Errorf("keys %v", keys)
		}
	}),
	passes("REG-009", func(w *proctest.World) {
		r := start(w)
		a, b := w.Puppet(), w.Puppet()
		register(w, a, r, "k", 1)
		unregister(w, b, r, "k")
		unregister(w, b, r, "unknown")
		wantEntries(w, r, "k", entry{"k", a.PID, 1})
		unregister(w, a, r, "k")
		wantEntries(w, r, "k")
		register(w, b, r, "k", 2)
		wantEntries(w, r, "k", entry{"k", b.PID, 2})
	}),
	passes("REG-010", func(w *proctest.World) {
		r := start(w, registry.Duplicate())
		a, b := w.Puppet(), w.Puppet()
		for i := range 3 {
			register(w, a, r, "k", i)
			register(w, b, r, "k", 10+i)
		}
		register(w, a, r, "other", 7)
		unregister(w, a, r, "k")
		wantEntries(w, r, "k", entry{"k", b.PID, 10}, entry{"k", b.PID, 11}, entry{"k", b.PID, 12})
		wantEntries(w, r, "other", entry{"other", a.PID, 7})
	}),
	passes("REG-011", func(w *proctest.World) {
		r, d := start(w), startChild(w, registry.New[string, int]("bag", registry.Duplicate()))
		a, b := w.Puppet(), w.Puppet()
		register(w, a, r, "k", 1)
		register(w, a, d, "k", 1)
		inc := func(n int) int { return n + 1 }
		a.Do(func(c *process.Context) {
			if now, before, err := r.UpdateValue(c, "k", inc); now != 2 || before != 1 || err != nil {
				w.T.Errorf("update: %d, %d, %v", now, before, err)
			}
			_, _, err := r.UpdateValue(c, "missing", inc)
			wantErr(w, "update of nothing", err, registry.ErrNotRegistered)
			_, _, err = d.UpdateValue(c, "k", inc)
			wantErr(w, "update of duplicate keys", err, registry.ErrDuplicateKeys)
		})
		b.Do(func(c *process.Context) {
			_, _, err := r.UpdateValue(c, "k", inc)
			wantErr(w, "update of another's", err, registry.ErrNotRegistered)
		})
		wantEntries(w, r, "k", entry{"k", a.PID, 2})
	}),
	passes("REG-013", func(w *proctest.World) {
		for _, opts := range [][]registry.Option{nil, {registry.Duplicate()}} {
			r := startChild(w, registry.New[any, int]("any", opts...))
			a := w.Puppet()
			keys := []any{"_", "$1", ":_", "*", "", "k", 1, nil, [2]string{"_", "$1"}, struct{}{}}
			a.Do(func(c *process.Context) {
				for i, key := range keys {
					if err := r.Register(c, key, i); err != nil {
						w.T.Errorf("register %v: %v", key, err)
					}
				}
			})
			for i, key := range keys {
				if n := r.CountMatch(key, func(v int) bool { return v == i }); n != 1 {
					w.T.Errorf("%v has %d entries", key, n)
				}
			}
			a.Do(func(c *process.Context) {
				if err := r.Unregister(c, "_"); err != nil {
					w.T.Error(err)
				}
			})
			if n := r.Count(); n != len(keys)-1 {
				w.T.Errorf("%d entries left after one was unregistered", n)
			}
		}
	}),
}

// What becomes of the entries of a process that has ended.
var cleanupCases = []conformance.Case{
	changed("REG-003", "Entries are gone before anybody hears of the end: no lookup finds a dead process.", func(w *proctest.World) {
		for _, opts := range [][]registry.Option{nil, {registry.Duplicate()}} {
			r := startChild(w, registry.New[string, int]("names", opts...))
			watcher := w.Puppet()
			for i := range 100 {
				key := fmt.Sprint(i)
				pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
					if err := r.Register(c, key, i); err != nil {
						return err
					}
					_, err := process.Receive(c)
					return err
				})
				if err != nil {
					w.T.Fatal(err)
				}
				watcher.Monitor(pid)
				wantEntries(w, r, key, entry{key, pid, i})
				reason := process.Kill
				if i%2 == 0 {
					reason = errors.New("crash")
				}
				process.Exit(w.Ctx, pid, reason)
				_, _ = process.Wait(w.Ctx, pid)
				wantEntries(w, r, key)
			}
			if downs := watcher.Got(); len(downs) != 100 || r.Count() != 0 {
				w.T.Errorf("%d Downs, %d entries", len(downs), r.Count())
			}
		}
	}),
	changed("REG-004", "Lookup, keys, match, select and dispatch pass over a dead process as via does, also in the moment before its entries are gone.", func(w *proctest.World) {
		for _, before := range []bool{true, false} { // the registry hears of the end, or after
			r := startChild(w, registry.New[string, int]("names"))
			a := w.Puppet()
			if !before {
				register(w, a, r, "k", 1)
			}
			hear := func(error) {
				if n := r.Tables(); (n == 0) == before {
					w.T.Errorf("%d things in the tables", n)
				}
				wantEntries(w, r, "k")
				_, err := r.Via("k").Resolve(w.Node)
				wantErr(w, "via", err, process.NoProc)
				if keys, values := r.Keys(a.PID), r.Values("k", a.PID); len(keys)+len(values) > 0 {
					w.T.Errorf("keys %v, values %v", keys, values)
				}
				if n := r.CountSelect(func(entry) bool { return true }) + r.CountMatch("k", func(int) bool { return true }); n > 0 {
					w.T.Errorf("select and match find %d", n)
				}
				r.Dispatch("k", func(e []entry) { w.T.Errorf("dispatch to %v", e) })
			}
			if _, ok := process.AtExit(a.PID, hear); !ok {
				w.T.Error("dead")
			}
			if before {
				register(w, a, r, "k", 1)
			}
			a.Exit(nil)
		}
	}),
	passes("REG-005", func(w *proctest.World) {
		for range 30 {
			r := startChild(w, registry.New[string, int]("names"))
			a, b := w.Puppet(), w.Puppet()
			process.AtExit(a.PID, func(error) { // before the registry hears, which asks later
				if err := r.Entry("k", 2).Register(b.PID); err != nil {
					w.T.Errorf("register over the dead: %v", err)
				}
			})
			register(w, a, r, "k", 1)
			a.Exit(nil)
			wantEntries(w, r, "k", entry{"k", b.PID, 2})
			b.Exit(nil)
			if n := r.Tables(); n != 0 {
				w.T.Errorf("%d things left", n)
			}
		}
	}),
	passes("REG-006", func(w *proctest.World) {
		for _, partitions := range []int{1, 8} {
			for _, opt := range []registry.Option{registry.Partitions(partitions), registry.Duplicate()} {
				r := startChild(w, registry.New[string, int]("names", opt, registry.Partitions(partitions)))
				var puppets []*proctest.Puppet
				for i := range 10 {
					p := w.Puppet()
					for j := range 20 {
						register(w, p, r, fmt.Sprint(i, j), j)
					}
					puppets = append(puppets, p)
				}
				if n := r.Count(); n != 200 {
					w.T.Errorf("%d entries", n)
				}
				for i, p := range puppets {
					if i%2 == 0 {
						p.Exit(errors.New("crash"))
						continue
					}
					for j := range 20 {
						unregister(w, p, r, fmt.Sprint(i, j))
					}
				}
				if n := r.Tables(); n != 0 {
					w.T.Errorf("%d partitions: %d things left", partitions, n)
				}
			}
		}
	}),
	passes("REG-007", func(w *proctest.World) {
		r := start(w)
		a, b := w.Puppet(), w.Puppet()
		register(w, a, r, "k", 1)
		before := r.Tables()
		b.Do(func(c *process.Context) {
			for range 100 {
				wantTaken(w, r.Register(c, "k", 2), a.PID)
			}
		})
		if after := r.Tables(); after != before {
			w.T.Errorf("tables grew from %d to %d", before, after)
		}
		if links := w.Links(b.PID); len(links) > 0 {
			w.T.Errorf("who failed to register is linked to %v", links)
		}
	}),
}

// An entry of the dead neither blocks nor is found, whoever is quicker.
func TestRegisterWhileOthersDie(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		r := start(w, registry.Partitions(4))
		for i := range 200 {
			holder, err := process.Spawn(w.Ctx, func(c *process.Context) error {
				_, err := process.Receive(c)
				return err
			}, process.WithVia(r.Entry("k", i)))
			if err != nil {
				w.T.Fatal(err)
			}
			go process.Exit(w.Ctx, holder, process.Kill)
			_, err = process.Wait(w.Ctx, holder)
			if err != nil {
				w.T.Fatal(err)
			}
		}
		synctest.Wait()
		if n := r.Tables(); n != 0 {
			w.T.Errorf("%d things left", n)
		}
	})
}
