package ets_test

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// TestConformance runs the ETS cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) { conformance.Run(t, "ETS", ownerCases, contentCases) }

func passes(id string, test func(w *proctest.World)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: inWorld(test)}
}

func changed(id, why string, test func(w *proctest.World)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Changed, Why: why, Test: inWorld(test)}
}

func inWorld(test func(w *proctest.World)) func(t *testing.T) {
	return func(t *testing.T) { test(proctest.New(t)) }
}

// set is a set of the puppet's.
func set(p *proctest.Puppet, w *proctest.World, opts ...ets.Option) *ets.Set[string, int] {
	return owned(p, w, ets.NewSet[string, int], opts...)
}

// owned makes a table in a puppet.
func owned[T ets.Table](p *proctest.Puppet, w *proctest.World, make func(context.Context, ...ets.Option) (T, error), opts ...ets.Option) T {
	w.T.Helper()
	var table T
	p.Do(func(c *process.Context) {
		var err error
		if table, err = make(c, opts...); err != nil {
			w.T.Fatal(err)
		}
	})
	return table
}

// try is what a function returns in a puppet.
func try(p *proctest.Puppet, f func(ctx context.Context) error) (err error) {
	p.Do(func(c *process.Context) { err = f(c) })
	return err
}

// wantErr checks an error with errors.Is.
func wantErr(w *proctest.World, what string, got, want error) {
	w.T.Helper()
	if !errors.Is(got, want) {
		w.T.Errorf("%s: %v, want %v", what, got, want)
	}
}

// wantValue checks the value of a key.
func wantValue[K, V comparable](w *proctest.World, s interface {
	Get(context.Context, K) (V, error)
}, k K, v V) {
	w.T.Helper()
	if got, err := s.Get(w.Ctx, k); got != v || err != nil {
		w.T.Errorf("%v: %v, %v; want %v", k, got, err, v)
	}
}

// wantTransfer checks that exactly one message has arrived, that a table is the puppet's now.
func wantTransfer(w *proctest.World, p *proctest.Puppet, t ets.Table, from process.PID, data any) {
	w.T.Helper()
	if got := p.Got(); len(got) != 1 || got[0] != (ets.Transfer{Table: t, From: from, Data: data}) {
		w.T.Errorf("messages %#v, want one Transfer from %v with %v", got, from, data)
	}
	if i, ok := t.Info(); !ok || i.Owner != p.PID {
		w.T.Errorf("info %+v, %v; want the owner %v", i, ok, p.PID)
	}
}

// pairs are entries in an order.
func pairs[K, V any](keys []K, values ...V) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for i, k := range keys {
			if !yield(k, values[i]) {
				return
			}
		}
	}
}

var ownerCases = []conformance.Case{
	changed("ETS-001", "The kind is the constructor's, and a key is an argument and no position in a tuple; protected and unnamed are the defaults as in OTP, and no heir.", func(w *proctest.World) {
		p := w.Puppet()
		s := set(p, w)
		i, ok := s.Info()
		if want := (ets.Info{Type: "ets.Set[string,int]", Access: ets.Protected, Owner: p.PID}); i != want || !ok {
			w.T.Errorf("%+v, %v, want %+v", i, ok, want)
		}
		for range w.Node.AllPublished("table") {
			w.T.Error("a table without a name is known by one")
		}
	}),
	passes("ETS-002", func(w *proctest.World) {
		for _, reason := range []error{process.Normal, errors.New("crash"), process.Kill} {
			for range 100 {
				p := w.Puppet()
				s := set(p, w, ets.Named("t"))
				if err := try(p, func(ctx context.Context) error { return s.Put(ctx, "a", 1) }); err != nil {
					w.T.Fatal(err)
				}
				first := make(chan error, 1)
				witness, err := process.Spawn(w.Ctx, func(c *process.Context) error {
					c.Monitor(p.PID)
					msg, err := process.Receive(c)
					if _, ok := msg.(process.Down); !ok {
						w.T.Errorf("%v, %v instead of a Down", msg, err)
					}
					_, err = s.Get(c, "a")
					_, named := ets.Find[*ets.Set[string, int]](c, "t")
					if named == nil {
						w.T.Error("the name is there still")
					}
					first <- err
					return nil
				})
				if err != nil {
					w.T.Fatal(err)
				}
				w.KillAtEnd(witness)
				time.Sleep(time.Millisecond) // it watches
				if reason == process.Kill {
					process.Exit(w.Ctx, p.PID, process.Kill)
				} else {
					p.Exit(reason)
				}
				wantErr(w, "at the Down", <-first, ets.ErrNoTable)
			}
		}
	}),
	passes("ETS-003", func(w *proctest.World) {
		owner, heir := w.Puppet(), w.Puppet()
		s := set(owner, w, ets.Heir(heir.PID, "data"))
		wantErr(w, "Put", try(owner, func(ctx context.Context) error { return s.Put(ctx, "a", 1) }), nil)
		owner.Exit(errors.New("crash"))
		wantTransfer(w, heir, s, owner.PID, "data")
		wantValue(w, s, "a", 1)
		wantErr(w, "the heir's Put", try(heir, func(ctx context.Context) error { return s.Put(ctx, "b", 2) }), nil)
		heir.Exit(process.Normal) // the heir of its own: nobody
		wantErr(w, "after the heir", s.Err(w.Ctx), ets.ErrNoTable)

		owner, heir = w.Puppet(), w.Puppet()
		s = set(owner, w, ets.Heir(heir.PID, nil))
		heir.Exit(process.Normal)
		owner.Exit(process.Normal)
		wantErr(w, "without a live heir", s.Err(w.Ctx), ets.ErrNoTable)
	}),
	passes("ETS-004", func(w *proctest.World) {
		owner, next, dead := w.Puppet(), w.Puppet(), w.Puppet()
		dead.Exit(process.Normal)
		s := set(owner, w)
		put := func(ctx context.Context) error { return s.Put(ctx, "a", 1) }
		wantErr(w, "Put", try(owner, put), nil)
		wantErr(w, "to a dead process", try(owner, func(ctx context.Context) error { return s.GiveAway(ctx, dead.PID, nil) }), process.NoProc)
		wantErr(w, "Put by the owner still", try(owner, put), nil)
		wantErr(w, "by another", try(next, func(ctx context.Context) error { return s.GiveAway(ctx, next.PID, nil) }), ets.ErrAccess)
		wantErr(w, "GiveAway", try(owner, func(ctx context.Context) error { return s.GiveAway(ctx, next.PID, "data") }), nil)
		wantTransfer(w, next, s, owner.PID, "data")
		wantErr(w, "Put by the former owner", try(owner, put), ets.ErrAccess)
		wantErr(w, "Get by the former owner", try(owner, func(ctx context.Context) error { _, err := s.Get(ctx, "a"); return err }), nil)
		wantErr(w, "Put by the new owner", try(next, put), nil)
		owner.Exit(process.Normal)
		wantErr(w, "after the former owner", s.Err(w.Ctx), nil)
		next.Exit(process.Normal)
		wantErr(w, "after the new owner", s.Err(w.Ctx), ets.ErrNoTable)
	}),
	passes("ETS-005", func(w *proctest.World) {
		owner, other := w.Puppet(), w.Puppet()
		for access, want := range map[ets.Access]struct{ read, write error }{
			ets.Protected: {nil, ets.ErrAccess},
			ets.Private:   {ets.ErrAccess, ets.ErrAccess},
			ets.Public:    {nil, nil},
		} {
			s := set(owner, w, ets.WithAccess(access))
			put := func(ctx context.Context) error { return s.Put(ctx, "a", 1) }
			get := func(ctx context.Context) error { _, err := s.Get(ctx, "a"); return err }
			wantErr(w, access.String()+": the owner writes", try(owner, put), nil)
			wantErr(w, access.String()+": the owner reads", try(owner, get), nil)
			wantErr(w, access.String()+": another reads", try(other, get), want.read)
			wantErr(w, access.String()+": another writes", try(other, put), want.write)
			wantErr(w, access.String()+": a plain goroutine reads", get(w.Ctx), want.read)
			wantErr(w, access.String()+": a plain goroutine writes", put(w.Ctx), want.write)
			seen := 0
			for range s.All(w.Ctx) {
				seen++
			}
			if visible := want.read == nil; visible != (seen == 1) {
				w.T.Errorf("%v: All saw %d", access, seen)
			}
		}
	}),
	passes("ETS-013", func(w *proctest.World) {
		p, q := w.Puppet(), w.Puppet()
		first := set(p, w, ets.Named("t"))
		for _, who := range []*proctest.Puppet{p, q} {
			wantErr(w, "the same name", try(who, func(ctx context.Context) error {
				_, err := ets.NewOrderedSet[int, int](ctx, ets.Named("t"))
				return err
			}), process.ErrNameTaken)
		}
		if found, err := ets.Find[*ets.Set[string, int]](w.Ctx, "t"); found != first || err != nil {
			w.T.Errorf("Find: %v, %v", found, err)
		}
		set(p, w)
		set(p, w) // without a name: as many as one likes
		p.Exit(process.Normal)
		set(q, w, ets.Named("t"))
	}),
	passes("ETS-017", func(w *proctest.World) {
		p := w.Puppet()
		s := set(p, w, ets.WithAccess(ets.Public), ets.Named("t"))
		wantErr(w, "Put", s.Put(w.Ctx, "a", 1), nil)
		wantErr(w, "Clear", s.Clear(w.Ctx), nil)
		if i, ok := s.Info(); !ok || i.Size != 0 {
			w.T.Errorf("after Clear: %+v, %v", i, ok)
		}
		wantErr(w, "Put after Clear", s.Put(w.Ctx, "a", 1), nil)
		wantErr(w, "Drop", s.Drop(w.Ctx), nil)
		wantErr(w, "Put after Drop", s.Put(w.Ctx, "a", 1), ets.ErrNoTable)
		_, err := s.Get(w.Ctx, "a")
		wantErr(w, "Get after Drop", err, ets.ErrNoTable)
		wantErr(w, "Drop after Drop", s.Drop(w.Ctx), ets.ErrNoTable)
		if i, ok := s.Info(); ok {
			w.T.Errorf("Info after Drop: %+v", i)
		}
		set(p, w, ets.Named("t")) // the name is free
	}),
}

var contentCases = []conformance.Case{
	passes("ETS-006", func(w *proctest.World) {
		s := set(w.Puppet(), w, ets.WithAccess(ets.Public))
		_ = s.Put(w.Ctx, "a", 1)
		_ = s.Put(w.Ctx, "a", 2)
		wantValue(w, s, "a", 2)
		if added, err := s.PutNew(w.Ctx, "a", 3); added || err != nil {
			w.T.Errorf("PutNew: %v, %v", added, err)
		}
		if added, err := s.PutAllNew(w.Ctx, pairs([]string{"b", "a", "c"}, 1, 1, 1)); added || err != nil {
			w.T.Errorf("PutAllNew: %v, %v", added, err)
		}
		wantValue(w, s, "a", 2)
		if s.Len() != 1 {
			w.T.Errorf("%v", maps.Collect(s.All(w.Ctx)))
		}
		if added, err := s.PutAllNew(w.Ctx, pairs([]string{"b", "c"}, 1, 1)); !added || err != nil {
			w.T.Errorf("PutAllNew: %v, %v", added, err)
		}
		if added, err := s.PutNew(w.Ctx, "d", 1); !added || err != nil || s.Len() != 4 {
			w.T.Errorf("PutNew: %v, %v, %d keys", added, err, s.Len())
		}
	}),
	passes("ETS-007", func(w *proctest.World) {
		p := w.Puppet()
		s := owned(p, w, ets.NewSet[any, int], ets.WithAccess(ets.Public))
		b := owned(p, w, ets.NewBag[int, any], ets.WithAccess(ets.Public))
		bad := []int{} // no key for a map
		for what, put := range map[string]func(){
			"set": func() { _ = s.PutAll(w.Ctx, pairs([]any{"a", bad, "b"}, 1, 2, 3)) },
			"bag": func() { _ = b.PutAll(w.Ctx, pairs([]int{1, 2, 3}, any("a"), any(bad), "b")) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						w.T.Errorf("%s: no panic", what)
					}
				}()
				put()
			}()
		}
		if s.Len() != 0 || b.Len() != 0 {
			w.T.Errorf("%d and %d entries are there", s.Len(), b.Len())
		}
		wantErr(w, "Put after that", s.Put(w.Ctx, "a", 1), nil)
		wantErr(w, "Put after that", b.Put(w.Ctx, 1, "a"), nil)
	}),
	changed("ETS-008", "A set has at most one value per key, so Get and Take of a missing one are ErrNotFound, as lookup_element is; those of a bag are empty, and Has and Delete do as in OTP.", func(w *proctest.World) {
		p := w.Puppet()
		s, b := set(p, w, ets.WithAccess(ets.Public)), owned(p, w, ets.NewBag[string, int], ets.WithAccess(ets.Public))
		if values, err := b.Get(w.Ctx, "a"); len(values) != 0 || err != nil {
			w.T.Errorf("lookup: %v, %v", values, err)
		}
		if values, err := b.Take(w.Ctx, "a"); len(values) != 0 || err != nil {
			w.T.Errorf("take: %v, %v", values, err)
		}
		if ok, err := s.Has(w.Ctx, "a"); ok || err != nil {
			w.T.Errorf("member: %v, %v", ok, err)
		}
		wantErr(w, "delete", s.Delete(w.Ctx, "a"), nil)
		wantErr(w, "delete", b.Delete(w.Ctx, "a"), nil)
		_, err := s.Take(w.Ctx, "a")
		wantErr(w, "take", err, ets.ErrNotFound)
		_, err = s.Get(w.Ctx, "a")
		wantErr(w, "lookup element", err, ets.ErrNotFound)
	}),
	changed("ETS-010", "Keys have one type. In a set of any, int 1 and float64 1 are two; an ordered set takes for one key what its comparison finds equal, and keeps the last.", func(w *proctest.World) {
		p := w.Puppet()
		s := owned(p, w, ets.NewSet[any, string], ets.WithAccess(ets.Public))
		number := func(n any) float64 {
			if i, ok := n.(int); ok {
				return float64(i)
			}
			return n.(float64)
		}
		o := owned(p, w, func(ctx context.Context, opts ...ets.Option) (*ets.OrderedSet[any, string], error) {
			return ets.NewOrderedSetFunc[any, string](ctx, func(a, b any) int { return cmp.Compare(number(a), number(b)) }, opts...)
		}, ets.WithAccess(ets.Public))
		for _, put := range []func(context.Context, any, string) error{s.Put, o.Put} {
			_, _ = put(w.Ctx, 1, "int"), put(w.Ctx, 1.0, "float")
		}
		if got := maps.Collect(s.All(w.Ctx)); len(got) != 2 || got[1] != "int" || got[1.0] != "float" {
			w.T.Errorf("set: %v", got)
		}
		if got := maps.Collect(o.All(w.Ctx)); len(got) != 1 || got[1.0] != "float" {
			w.T.Errorf("ordered set: %v", got)
		}
	}),
	changed("ETS-011", "Keys have one type and its order, or that of a function; there is no order over all types. A set has no next: All goes through it.", func(w *proctest.World) {
		s := owned(w.Puppet(), w, ets.NewOrderedSet[int, string], ets.WithAccess(ets.Public))
		_ = s.PutAll(w.Ctx, pairs([]int{30, 10, 20}, "c", "a", "b"))
		var keys []int
		for k := range s.All(w.Ctx) {
			keys = append(keys, k)
		}
		if !slices.Equal(keys, []int{10, 20, 30}) {
			w.T.Errorf("order %v", keys)
		}
		for _, c := range []struct {
			what string
			step func(context.Context, int) (int, string, error)
			from int
			to   int // 0: nothing there
		}{
			{"next", s.Next, 10, 20}, {"next", s.Next, 15, 20}, {"next", s.Next, 5, 10}, {"next", s.Next, 30, 0}, {"next", s.Next, 35, 0},
			{"prev", s.Prev, 20, 10}, {"prev", s.Prev, 15, 10}, {"prev", s.Prev, 35, 30}, {"prev", s.Prev, 10, 0}, {"prev", s.Prev, 5, 0},
			{"first", func(ctx context.Context, _ int) (int, string, error) { return s.First(ctx) }, 0, 10},
			{"last", func(ctx context.Context, _ int) (int, string, error) { return s.Last(ctx) }, 0, 30},
		} {
			k, _, err := c.step(w.Ctx, c.from)
			if k != c.to || (err != nil) != (c.to == 0) || err != nil && err != ets.ErrNotFound {
				w.T.Errorf("%s of %d: %d, %v; want %d", c.what, c.from, k, err, c.to)
			}
		}
	}),
	passes("ETS-012", func(w *proctest.World) {
		p := w.Puppet()
		bag := owned(p, w, ets.NewBag[string, int], ets.WithAccess(ets.Public))
		dup := owned(p, w, ets.NewDuplicateBag[string, int], ets.WithAccess(ets.Public))
		want := func(b *ets.Bag[string, int], values ...int) {
			w.T.Helper()
			if got, err := b.Get(w.Ctx, "a"); !slices.Equal(got, values) || err != nil || b.Len() != len(values) {
				w.T.Errorf("%v, %v, Len %d, want %v", got, err, b.Len(), values)
			}
		}
		for _, b := range []*ets.Bag[string, int]{bag, dup} {
			for _, v := range []int{3, 1, 3, 2, 1} {
				_ = b.Put(w.Ctx, "a", v)
			}
		}
		want(bag, 3, 1, 2)
		want(dup, 3, 1, 3, 2, 1)
		for _, b := range []*ets.Bag[string, int]{bag, dup} {
			wantErr(w, "DeleteObject", b.DeleteObject(w.Ctx, "a", 3), nil)
		}
		want(bag, 1, 2)
		want(dup, 1, 2, 1)
	}),
	changed("ETS-014", "There are no patterns and no match specifications: a function of key and value decides.", func(w *proctest.World) {
		s := owned(w.Puppet(), w, ets.NewSet[int, int], ets.WithAccess(ets.Public))
		for k := range 10 {
			_ = s.Put(w.Ctx, k, k*k)
		}
		even := func(_, v int) bool { return v%2 == 0 }
		got := maps.Collect(s.Match(w.Ctx, even))
		if !maps.Equal(got, map[int]int{0: 0, 2: 4, 4: 16, 6: 36, 8: 64}) {
			w.T.Errorf("Match: %v", got)
		}
		if n, err := s.CountMatch(w.Ctx, even); n != 5 || err != nil {
			w.T.Errorf("CountMatch: %d, %v", n, err)
		}
		if n, err := s.DeleteMatch(w.Ctx, even); n != 5 || err != nil || s.Len() != 5 {
			w.T.Errorf("DeleteMatch: %d, %v; %d left", n, err, s.Len())
		}
		if left := maps.Collect(s.All(w.Ctx)); !maps.Equal(left, map[int]int{1: 1, 3: 9, 5: 25, 7: 49, 9: 81}) {
			w.T.Errorf("DeleteMatch left %v", left)
		}
	}),
	passes("ETS-015", func(w *proctest.World) {
		p := w.Puppet()
		s := owned(p, w, ets.NewSet[int, int], ets.WithAccess(ets.Public))
		o := owned(p, w, ets.NewOrderedSet[int, int], ets.WithAccess(ets.Public))
		b := owned(p, w, ets.NewBag[int, int], ets.WithAccess(ets.Public))
		for what, t := range map[string]interface {
			Len() int
			All(context.Context) iter.Seq2[int, int]
			Put(context.Context, int, int) error
			Delete(context.Context, int) error
		}{"set": s, "ordered set": o, "bag": b} {
			for k := range 1000 {
				_ = t.Put(w.Ctx, k, k)
			}
			seen := map[int]int{}
			for k := range t.All(w.Ctx) {
				seen[k]++
				_ = t.Delete(w.Ctx, k)
			}
			for k := range 1000 {
				if seen[k] != 1 {
					w.T.Errorf("%s: key %d seen %d times", what, k, seen[k])
				}
			}
			if len(seen) != 1000 || t.Len() != 0 {
				w.T.Errorf("%s: %d seen, %d left", what, len(seen), t.Len())
			}
		}
	}),
	changed("ETS-016", "The table stores Go values, so what a value points to is shared and must not be changed after; a table made with Copy copies on the way in and out.", func(w *proctest.World) {
		p := w.Puppet()
		shared := owned(p, w, ets.NewSet[string, []int], ets.WithAccess(ets.Public))
		copied := owned(p, w, ets.NewSet[string, []int], ets.WithAccess(ets.Public), ets.Copy(slices.Clone[[]int]))
		for want, s := range map[int]*ets.Set[string, []int]{7: shared, 1: copied} {
			mine := []int{1}
			_ = s.Put(w.Ctx, "a", mine)
			mine[0] = 7
			got, err := s.Get(w.Ctx, "a")
			if err != nil || got[0] != want {
				w.T.Errorf("%v, %v; want %d", got, err, want)
			}
			got[0] = want + 1
			if again, _ := s.Get(w.Ctx, "a"); again[0] != want+map[bool]int{true: 1}[s == shared] {
				w.T.Errorf("after a change to what Get gave: %v", again)
			}
		}
	}),
}
