package ets_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// inBubble runs a test with a world in a bubble.
func inBubble(t *testing.T, test func(w *proctest.World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(proctest.New(t)) })
}

// What cannot be made says why, and leaves no name behind.
func TestBadTables(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		_, err := ets.NewSet[string, int](w.Ctx, ets.Named("t"))
		wantErr(w, "by a plain goroutine", err, ets.ErrNoOwner)
		p := w.Puppet()
		for want, make := range map[string]func(ctx context.Context) error{
			"not be empty": func(ctx context.Context) error { _, err := ets.NewBag[int, int](ctx, ets.Named("")); return err },
			"Access(9)":    func(ctx context.Context) error { _, err := ets.NewSet[int, int](ctx, ets.WithAccess(9)); return err },
			"values are []int": func(ctx context.Context) error {
				_, err := ets.NewSet[int, []int](ctx, ets.Named("t"), ets.Copy(slices.Clone[[]string]))
				return err
			},
			"values are error": func(ctx context.Context) error {
				_, err := ets.NewOrderedSet[int, error](ctx, ets.Copy[error](nil))
				return err
			},
			"takes no Copy": func(ctx context.Context) error {
				_, err := ets.NewBag[int, int](ctx, ets.Copy(func(n int) int { return n }))
				return err
			},
			"compares keys": func(ctx context.Context) error { _, err := ets.NewOrderedSetFunc[int, int](ctx, nil); return err },
		} {
			if err := try(p, make); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		_, err = ets.Find[*ets.Set[string, int]](w.Ctx, "t")
		wantErr(w, "Find", err, ets.ErrNoTable)

		var late context.Context
		p.Do(func(c *process.Context) { late = c })
		p.Exit(process.Normal)
		_, err = ets.NewSet[string, int](late, ets.Named("t"))
		wantErr(w, "with the context of a dead process", err, process.NoProc)
		if _, err = ets.Find[*ets.Set[string, int]](w.Ctx, "t"); !errors.Is(err, ets.ErrNoTable) {
			t.Errorf("Find: %v", err)
		}
	})
}

// All that a table can do fails once it is gone, and a refusal names the owner.
func TestDeadTables(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		p := w.Puppet()
		s, b := set(p, w, ets.Named("s")), owned(p, w, ets.NewBag[string, int])
		o := owned(p, w, ets.NewOrderedSet[string, int])
		err := s.Put(w.Ctx, "a", 1)
		if err == nil || !strings.Contains(err.Error(), p.PID.String()) || !strings.Contains(err.Error(), `"s"`) {
			t.Errorf("the refusal: %v", err)
		}
		p.Exit(errors.New("crash"))
		no := func(string, int) bool { return false }
		one := func(n int, _ bool) int { return n }
		for what, err := range map[string]error{
			"Set.Put": s.Put(w.Ctx, "a", 1), "Set.PutAll": s.PutAll(w.Ctx, maps.All(map[string]int{"a": 1})), "Set.Delete": s.Delete(w.Ctx, "a"),
			"Set.Clear": s.Clear(w.Ctx), "Set.Drop": s.Drop(w.Ctx), "Set.Err": s.Err(w.Ctx),
			"Set.GiveAway": s.GiveAway(w.Ctx, w.Puppet().PID, nil), "Set.SetHeir": s.SetHeir(w.Ctx, nil, nil),
			"Set.Get":           second(s.Get(w.Ctx, "a")),
			"Set.Has":           second(s.Has(w.Ctx, "a")),
			"Set.Take":          second(s.Take(w.Ctx, "a")),
			"Set.PutNew":        second(s.PutNew(w.Ctx, "a", 1)),
			"Set.Update":        second(s.Update(w.Ctx, "a", one)),
			"Set.CountMatch":    second(s.CountMatch(w.Ctx, no)),
			"Set.DeleteMatch":   second(s.DeleteMatch(w.Ctx, no)),
			"UpdateCounter":     second(ets.UpdateCounter(w.Ctx, s, "a", 1)),
			"Bag.Get":           second(b.Get(w.Ctx, "a")),
			"Bag.Take":          second(b.Take(w.Ctx, "a")),
			"Bag.Put":           b.Put(w.Ctx, "a", 1),
			"Bag.DeleteObject":  b.DeleteObject(w.Ctx, "a", 1),
			"Bag.DeleteMatch":   second(b.DeleteMatch(w.Ctx, no)),
			"OrderedSet.Get":    second(o.Get(w.Ctx, "a")),
			"OrderedSet.Put":    o.Put(w.Ctx, "a", 1),
			"OrderedSet.Update": second(o.Update(w.Ctx, "a", one)),
			"ordered counter":   second(ets.UpdateCounter(w.Ctx, o, "a", 1)),
		} {
			wantErr(w, what, err, ets.ErrNoTable)
		}
		if s.Len()+b.Len()+o.Len() != 0 {
			t.Error("a dead table has entries")
		}
		for range s.All(w.Ctx) {
			t.Error("a dead table was gone through")
		}
	})
}

func second[T any](_ T, err error) error { return err }

// A traversal ends with the table, with its entries, and with its right to read.
func TestTraversalEnds(t *testing.T) {
	for what, end := range map[string]func(ctx context.Context, s ets.Table){
		"Drop":  func(ctx context.Context, s ets.Table) { _ = s.Drop(ctx) },
		"Clear": func(ctx context.Context, s ets.Table) { _ = s.Clear(ctx) },
	} {
		eachKeyed(t, func(t *testing.T, s keyed) {
			ctx := context.Background()
			for k := range 100 {
				_ = s.Put(ctx, k, k)
			}
			seen := 0
			for range s.All(ctx) {
				if seen++; seen == 10 {
					end(ctx, s)
				}
			}
			if seen != 10 {
				t.Errorf("%s: %d seen", what, seen)
			}
		})
	}
	inBubble(t, func(w *proctest.World) {
		p, q := w.Puppet(), w.Puppet()
		s := set(p, w, ets.WithAccess(ets.Private))
		p.Do(func(c *process.Context) {
			_, _ = s.Put(c, "a", 1), s.Put(c, "b", 2)
			seen := 0
			for range s.All(c) {
				seen++
				_ = s.GiveAway(c, q.PID, nil)
			}
			if err := s.Err(c); seen != 1 || !errors.Is(err, ets.ErrAccess) {
				t.Errorf("%d seen of what was given away, %v", seen, err)
			}
		})
	})
}

// A traversal of an ordered set is a snapshot, also against a loop that writes.
func TestOrderedSnapshot(t *testing.T) {
	ctx := context.Background()
	s := opened(t, ets.NewOrderedSet[int, int])
	for k := range 1000 {
		_ = s.Put(ctx, k, 0)
	}
	seen := 0
	for k, v := range s.All(ctx) {
		_, _, _ = s.Put(ctx, k+1, 1), s.Put(ctx, 2000+k, 1), s.Delete(ctx, k)
		if v != 0 {
			t.Fatalf("key %d has %d", k, v)
		}
		seen++
	}
	if seen != 1000 || s.Len() != 1001 {
		t.Errorf("%d seen, %d left", seen, s.Len())
	}
}

// A function that panics, or ends its goroutine, leaves the table as it was and usable, and so does a key that is none.
func TestUpdatePanics(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		_ = s.Put(ctx, 1, 10)
		for _, bad := range []func(){func() { panic("on purpose") }, func() { runtime.Goexit() }} {
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() { _ = recover() }()
				_, _ = s.Update(ctx, 1, func(int, bool) int { bad(); return 0 })
			}()
			<-done
		}
		if n, err := s.Update(ctx, 1, func(n int, _ bool) int { return n + 1 }); n != 11 || err != nil {
			t.Errorf("Update: %d, %v", n, err)
		}
		if err := s.PutAll(ctx, maps.All(map[int]int{1: 1})); err != nil {
			t.Error(err)
		}
	})
	s := opened(t, ets.NewSet[any, int])
	func() {
		defer func() { _ = recover() }()
		_ = s.Put(context.Background(), []int{}, 1)
		t.Error("a slice became a key")
	}()
	if err := s.Clear(context.Background()); err != nil { // nobody is left inside
		t.Error(err)
	}
}

// A function may use the table that it updates, and is called again if the value has changed meanwhile.
func TestUpdateFromInside(t *testing.T) {
	eachKeyed(t, func(t *testing.T, s keyed) {
		ctx := context.Background()
		calls := 0
		n, err := s.Update(ctx, 1, func(n int, exists bool) int {
			if calls++; calls == 1 {
				_ = s.PutAll(ctx, maps.All(map[int]int{1: 10, 2: 20}))
			}
			other, _ := s.Get(ctx, 2)
			return n + other
		})
		if n != 30 || err != nil || calls != 2 {
			t.Errorf("%d, %v after %d calls", n, err, calls)
		}
	})
}

// What an owner does that was killed while busy does not reach the table of its heir.
func TestKilledOwner(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		heir := w.Puppet()
		var s *ets.Set[string, int]
		late := make(chan error, 1)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			s, _ = ets.NewSet[string, int](c, ets.Heir(heir.PID, nil))
			_ = s.Put(c, "a", 1)
			_, err := s.Update(c, "a", func(n int, _ bool) int { time.Sleep(time.Hour); return n + 1 })
			late <- err
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		process.Exit(w.Ctx, pid, process.Kill)
		wantTransfer(w, heir, s, pid, nil)
		wantErr(w, "Update of the dead", <-late, ets.ErrAccess)
		wantValue(w, s, "a", 1)
	})
}

// An heir with a full mailbox hears of it, and before the Down.
func TestTransferPassesFullMailbox(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		owner := w.Puppet()
		var order []any
		begin := make(chan struct{})
		heir, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			c.Monitor(owner.PID)
			<-begin
			for range 3 {
				msg, err := process.Receive(c)
				if err != nil {
					return err
				}
				order = append(order, msg)
			}
			return nil
		}, process.Bounded(1, process.Refuse))
		if err != nil {
			t.Fatal(err)
		}
		fate := w.Watch(heir)
		_ = process.Send(w.Ctx, heir, "full")
		s := set(owner, w, ets.Heir(heir, "data"))
		owner.Exit(process.Normal)
		close(begin)
		fate.Want(process.Normal)
		if len(order) != 3 || order[0] != "full" || order[1] != (ets.Transfer{Table: s, From: owner.PID, Data: "data"}) {
			t.Errorf("%v", order)
		}
		if _, ok := order[2].(process.Down); !ok {
			t.Errorf("the last is %v", order[2])
		}
	})
}

// An heir may be a name, which means whoever has it then; one that panics when asked is none.
func TestHeirByName(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		owner := w.Puppet()
		s := set(owner, w, ets.Heir(process.Name("keeper"), nil))
		heir := w.Puppet(process.WithName("keeper"))
		owner.Exit(process.Normal)
		wantTransfer(w, heir, s, owner.PID, nil)
		wantErr(w, "SetHeir", try(heir, func(ctx context.Context) error { return s.SetHeir(ctx, badDest{}, nil) }), nil)
		wantErr(w, "SetHeir by another", s.SetHeir(w.Ctx, nil, nil), ets.ErrAccess)
		heir.Exit(process.Normal)
		wantErr(w, "Err", s.Err(w.Ctx), ets.ErrNoTable)
	})
}

type badDest struct{}

func (badDest) Resolve(*process.Node) (process.PID, error) { panic("no") }

// A table that is given round and round among processes that die is owned by a live one or gone, and says so to nobody wrongly.
func TestGiveAwayBesideDeaths(t *testing.T) {
	ctx := context.Background()
	for range 200 {
		var transfers atomic.Int64
		keep := func(c *process.Context) error {
			for {
				msg, err := process.Receive(c)
				if err != nil {
					return err
				}
				if m, ok := msg.(ets.Transfer); ok {
					transfers.Add(1)
					if m.Data != nil {
						_ = m.Table.GiveAway(c, m.Data.(process.PID), nil)
					}
				}
			}
		}
		var pids []process.PID
		for range 3 {
			pid, err := process.Spawn(ctx, keep)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
		made := make(chan *ets.Set[int, int], 1)
		first, err := process.Spawn(ctx, func(c *process.Context) error {
			s, err := ets.NewSet[int, int](c, ets.Heir(pids[2], nil))
			made <- s
			return errors.Join(err, s.GiveAway(c, pids[0], pids[1]))
		})
		if err != nil {
			t.Fatal(err)
		}
		s := <-made
		var killers sync.WaitGroup
		for _, pid := range []process.PID{first, pids[0], pids[1]} {
			killers.Go(func() {
				process.Exit(ctx, pid, process.Kill)
				_, _ = process.Wait(ctx, pid)
			})
		}
		killers.Wait()
		if i, ok := s.Info(); !ok || i.Owner != pids[2] {
			t.Fatalf("%+v, %v; want the heir %v", i, ok, pids[2])
		}
		process.Exit(ctx, pids[2], process.Kill)
		_, _ = process.Wait(ctx, pids[2])
		if err := s.Err(ctx); err != ets.ErrNoTable {
			t.Fatal(err)
		}
	}
}

// Readers and writers beside the death of the owner see the table or ErrNoTable, and nobody waits.
func TestUseBesideDeath(t *testing.T) {
	ctx := context.Background()
	for range 50 {
		made := make(chan *ets.OrderedSet[int, int], 1)
		owner, err := process.Spawn(ctx, func(c *process.Context) error {
			s, err := ets.NewOrderedSet[int, int](c, ets.WithAccess(ets.Public), ets.Named("t"))
			made <- s
			<-c.Done()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s := <-made
		var users sync.WaitGroup
		for u := range 4 {
			users.Go(func() {
				for i := 0; ; i++ {
					var err error
					switch u {
					case 0:
						err = s.Put(ctx, i%100, i)
					case 1:
						_, err = s.Has(ctx, i%100)
					case 2:
						_, err = s.CountMatch(ctx, func(int, int) bool { return true })
					default:
						err = s.PutAll(ctx, maps.All(map[int]int{1: i, 2: i}))
					}
					if err != nil {
						if err != ets.ErrNoTable {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		time.Sleep(100 * time.Microsecond)
		process.Exit(ctx, owner, process.Shutdown)
		users.Wait()
		_, _ = process.Wait(ctx, owner)
	}
}

func TestCounters(t *testing.T) {
	ctx := context.Background()
	s := opened(t, ets.NewSet[string, uint8])
	for _, c := range []struct {
		by   uint8
		opts []ets.CounterOption[uint8]
		want uint8
		err  error
	}{
		{1, nil, 0, ets.ErrNotFound},
		{1, []ets.CounterOption[uint8]{ets.Default[uint8](9)}, 10, nil},
		{5, []ets.CounterOption[uint8]{ets.Threshold[uint8](15, 3)}, 15, nil},
		{1, []ets.CounterOption[uint8]{ets.Threshold[uint8](15, 3), ets.Default[uint8](9)}, 3, nil},
		{math.MaxUint8, nil, 2, nil},
	} {
		if n, err := ets.UpdateCounter(ctx, s, "a", c.by, c.opts...); n != c.want || err != c.err {
			t.Errorf("by %d: %d, %v; want %d, %v", c.by, n, err, c.want, c.err)
		}
	}
	o := opened(t, ets.NewOrderedSet[string, int])
	if n, err := ets.UpdateCounter(ctx, o, "a", -1, ets.Default(1), ets.Threshold(1, 100)); n != 100 || err != nil {
		t.Errorf("down: %d, %v", n, err)
	}
}

// The table of a child is there again, empty and under its name, after the child was restarted.
func TestChildRestarts(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		child := ets.Child("t", func(ctx context.Context) (*ets.Set[string, int], error) {
			return ets.NewSet[string, int](ctx, ets.Named("t"), ets.WithAccess(ets.Public))
		})
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{child}))
		if err != nil {
			t.Fatal(err)
		}
		first, err := child.Ref().Get()
		if err != nil {
			t.Fatal(err)
		}
		wantErr(w, "Put", first.Put(w.Ctx, "a", 1), nil)
		process.Exit(w.Ctx, w.Resolve(child.Ref().Dest()), process.Kill)
		synctest.Wait()
		next, err := ets.Find[*ets.Set[string, int]](w.Ctx, "t")
		if err != nil || next == first || next.Len() != 0 {
			t.Errorf("%v, %v", next, err)
		}
		wantErr(w, "the first one", first.Err(w.Ctx), ets.ErrNoTable)
		wantErr(w, "Stop", supervisor.Stop(w.Ctx, sup), nil)
		wantErr(w, "the next one", next.Err(w.Ctx), ets.ErrNoTable)
	})
}

// A child whose table nobody could use, or that has no way to make one, does not start.
func TestBadChild(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		private := ets.Child("private", func(ctx context.Context) (*ets.Set[string, int], error) {
			return ets.NewSet[string, int](ctx, ets.WithAccess(ets.Private))
		})
		_, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{private}))
		if err == nil || !strings.Contains(err.Error(), "ets.Public") {
			t.Errorf("private: %v", err)
		}
		none := ets.Child[*ets.Set[string, int]]("none", nil)
		_, err = supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{none}))
		var spec *supervisor.SpecError
		if !errors.As(err, &spec) || spec.Problem != supervisor.MissingStart {
			t.Errorf("none: %v", err)
		}
	})
}

// Tools see the tables of a node that have a name.
func TestSummary(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		p := w.Puppet()
		s := set(p, w, ets.Named("t"), ets.WithAccess(ets.Private))
		wantErr(w, "Put", try(p, func(ctx context.Context) error { return s.Put(ctx, "a", 1) }), nil)
		for name, v := range w.Node.AllPublished("table") {
			if got, want := v.Summary(), (process.Summary{Type: "ets.Set[string,int]", Owner: p.PID, Size: 1}); name != "t" || got != want {
				t.Errorf("%s: %+v, want %+v", name, got, want)
			}
		}
		p.Exit(process.Normal)
		if got := s.Summary(); got.Size != 0 || !got.Owner.IsZero() {
			t.Errorf("of a dead table: %+v", got)
		}
	})
}

// Nothing keeps what a table held when its owner has ended, though somebody holds the table.
func TestContentsAreFreed(t *testing.T) {
	ctx := context.Background()
	var s *ets.OrderedSet[int, *[64]int]
	freed := make(chan struct{})
	pid, err := process.Spawn(ctx, func(c *process.Context) (err error) {
		s, err = ets.NewOrderedSet[int, *[64]int](c)
		if err != nil {
			return err
		}
		v := new([64]int)
		runtime.AddCleanup(v, func(int) { close(freed) }, 0)
		if err := s.Put(c, 1, v); err != nil {
			return err
		}
		for range s.All(c) { // a snapshot is made
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = process.Wait(ctx, pid)
	for range 10 {
		runtime.GC()
		select {
		case <-freed:
			runtime.KeepAlive(s)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the contents are still there")
}

// Whoever leads to the heir may look at the table.
func TestHeirThatAsks(t *testing.T) {
	ctx := context.Background()
	var s *ets.Set[int, int]
	keeper := make(chan process.PID, 1)
	heir, err := process.Spawn(ctx, func(c *process.Context) error { <-c.Done(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer process.Exit(ctx, heir, process.Kill)
	owner, err := process.Spawn(ctx, func(c *process.Context) (err error) {
		s, err = ets.NewSet[int, int](c, ets.Heir(destFunc(func() process.PID {
			i, _ := s.Info()
			keeper <- i.Owner
			return heir
		}), nil))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case pid := <-keeper:
		if pid != owner {
			t.Errorf("owned by %v, want %v still", pid, owner)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the end of the owner does not get on")
	}
	_, _ = process.Wait(ctx, owner)
	if i, ok := s.Info(); !ok || i.Owner != heir {
		t.Errorf("%+v, %v", i, ok)
	}
}

type destFunc func() process.PID

func (f destFunc) Resolve(*process.Node) (process.PID, error) { return f(), nil }

// A traversal of a bag ends with the entries, be it within those of a key.
func TestBagTraversalEnds(t *testing.T) {
	ctx := context.Background()
	b := opened(t, ets.NewBag[int, int])
	for v := range 10 {
		_ = b.Put(ctx, 1, v)
	}
	seen := 0
	for range b.All(ctx) {
		if seen++; seen == 3 {
			_ = b.Clear(ctx)
		}
	}
	if seen != 3 {
		t.Errorf("%d seen", seen)
	}
}

// A table never has fewer than no entries, however many come and go.
func TestLenBesideWriters(t *testing.T) {
	ctx := context.Background()
	s, b := opened(t, ets.NewSet[int, int]), opened(t, ets.NewBag[int, int])
	done := make(chan struct{})
	var writers sync.WaitGroup
	for k := range 4 {
		writers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				_, _ = s.Put(ctx, k/2, k), b.Put(ctx, k/2, k)
				_, _ = s.Delete(ctx, k/2), b.Delete(ctx, k/2)
			}
		})
	}
	for range 500_000 {
		if n, m := s.Len(), b.Len(); n < 0 || m < 0 {
			t.Errorf("Len %d and %d", n, m)
			break
		}
	}
	close(done)
	writers.Wait()
	if n, m := s.Len(), b.Len(); n != 0 || m != 0 {
		t.Errorf("Len %d and %d when all are gone", n, m)
	}
}
