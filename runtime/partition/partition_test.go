package partition_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Keys that look alike, of which a weak hash would make a few partitions' work.
func TestKeysSpread(t *testing.T) {
	const keys = 10_000
	for name, key := range map[string]func(i int) string{
		"numbered": func(i int) string { return fmt.Sprintf("user-%d", i) },
		"padded":   func(i int) string { return fmt.Sprintf("%08d", i) },
		"binary":   func(i int) string { return string([]byte{byte(i >> 16), byte(i >> 8), byte(i)}) },
		"even":     func(i int) string { return strconv.FormatInt(int64(2*i), 2) },
		"high":     func(i int) string { return string([]byte{byte(i >> 8), 0, 0, 0, byte(i), 0, 0, 0}) },
		"doubled":  func(i int) string { s := strconv.Itoa(i); return s + s },
	} {
		for _, n := range []int{2, 3, 7, 8, 16} {
			p := partition.New("set", n, func(i int) supervisor.Child[int] {
				return supervisor.Map(newShare(i), func(shareRef) int { return i })
			}).Ref()
			got := make([]int, n)
			for i := range keys {
				got[partition.For(p, key(i))]++
			}
			if least, most := slices.Min(got), slices.Max(got); least < keys/n*3/4 || most > keys/n*5/4 {
				t.Errorf("%s keys, %d partitions: %v", name, n, got)
			}
		}
	}
}

// What is left of the set that is resized, killed and restarted all the while answers for the right keys.
func TestResizeUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := startSet(t, partition.New("set", 5, newShare, supervisor.Intensity(1000, time.Second)))
		stop := make(chan struct{})
		var all sync.WaitGroup
		for caller := range 8 {
			all.Go(func() {
				for k := caller; ; k++ {
					select {
					case <-stop:
						return
					default:
					}
					ref := partition.For(e.Partitions, k)
					switch n, err := genserver.Call(e.Ctx, ref, numberOf{}); {
					case err == nil && n > k: // partition 4 has no key below 4
						t.Errorf("key %d was answered by %d", k, n)
					case err != nil && !errors.Is(err, process.NoProc) && !process.Clean(err) && !errors.Is(err, process.Killed):
						t.Errorf("key %d: %v", k, err)
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		for i := range 4 {
			all.Go(func() {
				for n := range 100 {
					if _, err := e.Resize(e.Ctx, (n+i)%6); err != nil {
						t.Errorf("resize: %v", err)
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		all.Go(func() {
			for range 50 {
				for _, ref := range e.All() {
					if pid, err := ref.Dest().Resolve(e.Node); err == nil {
						process.Exit(e.Ctx, pid, process.Kill)
					}
					break
				}
				time.Sleep(3 * time.Millisecond)
			}
		})
		time.Sleep(time.Second)
		close(stop)
		all.Wait()
		if _, err := e.Resize(e.Ctx, 5); err != nil {
			t.Fatal(err)
		}
		for k, ref := range e.All() {
			if n := e.number(ref); n != k {
				t.Errorf("partition %d says that it is %d", k, n)
			}
		}
		e.wantCounts(supervisor.Counts{Specs: 5, Active: 5, Workers: 5})
	})
}

// A set whose supervisor is restarted has all its partitions again.
func TestRestartOfTheSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := startSet(t, partition.New("set", 3, newShare))
		e.resize(1, 3)
		e.kill(e.fate.PID)
		if n := e.Count(); n != 3 {
			t.Errorf("%d partitions in use", n)
		}
		if n := e.number(partition.For(e.Partitions, 5)); n != 2 {
			t.Errorf("the key leads to %d", n)
		}
		e.resize(2, 3)
	})
}

var errBoom = errors.New("boom")

// fragile fails to start while it is told to.
type fragile struct{ broken *bool }

func (f *fragile) Init(c *genserver.Context) genserver.Result {
	if *f.broken {
		return c.Stop(errBoom)
	}
	return c.OK()
}

// A partition that cannot be started is not used, and those before it are.
func TestResizeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		var broken bool
		set := partition.New("set", 4, func(i int) supervisor.Child[genserver.Ref[*fragile]] {
			return supervisor.Server("fragile", func() *fragile {
				if i == 2 {
					return &fragile{&broken}
				}
				return &fragile{new(bool)}
			})
		})
		tree, err := supervisor.Start(w.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{set}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(w.Ctx, tree)
		p := set.Ref()
		if _, err := p.Resize(w.Ctx, 1); err != nil {
			t.Fatal(err)
		}
		broken = true
		if was, err := p.Resize(w.Ctx, 4); was != 1 || !errors.Is(err, errBoom) {
			t.Errorf("resize: %d, %v", was, err)
		}
		if n := p.Count(); n != 2 {
			t.Errorf("%d partitions in use", n)
		}
		broken = false
		if was, err := p.Resize(w.Ctx, 4); was != 2 || err != nil {
			t.Errorf("resize: %d, %v", was, err)
		}
	})
}

// The context of a caller bounds its wait for partitions that are slow to stop.
func TestResizeInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		set := partition.New("set", 2, func(i int) supervisor.Child[process.Dest] {
			return supervisor.Func("slow", func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second)
				return nil
			})
		})
		tree, err := supervisor.Start(w.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{set}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(w.Ctx, tree)
		soon, cancel := context.WithTimeout(w.Ctx, 100*time.Millisecond)
		defer cancel()
		if was, err := set.Ref().Resize(soon, 1); was != 2 || !errors.Is(err, genserver.ErrTimeout) {
			t.Errorf("resize: %d, %v", was, err)
		}
		if n := set.Ref().Count(); n != 1 { // no key leads to what is being stopped
			t.Errorf("%d partitions in use", n)
		}
		if was, err := set.Ref().Resize(w.Ctx, 2); was != 1 || err != nil {
			t.Errorf("resize back: %d, %v", was, err)
		}
		if n := len(slices.Collect(values(set.Ref()))); n != 2 {
			t.Errorf("%d partitions in use", n)
		}
	})
}

// It bounds the wait for another Resize as well.
func TestResizeBesideResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		set := partition.New("set", 2, func(i int) supervisor.Child[process.Dest] {
			return supervisor.Func("slow", func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second)
				return nil
			})
		})
		tree, err := supervisor.Start(w.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{set}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(w.Ctx, tree)
		first := make(chan error)
		go func() {
			_, err := set.Ref().Resize(w.Ctx, 1)
			first <- err
		}()
		synctest.Wait()
		soon, cancel := context.WithTimeout(w.Ctx, 100*time.Millisecond)
		defer cancel()
		begun := time.Now()
		if _, err := set.Ref().Resize(soon, 2); !errors.Is(err, genserver.ErrTimeout) || time.Since(begun) != 100*time.Millisecond {
			t.Errorf("the second: %v after %v", err, time.Since(begun))
		}
		if err := <-first; err != nil {
			t.Errorf("the first: %v", err)
		}
	})
}

// values are the partitions without their numbers.
func values[T any](p partition.Partitions[T]) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for _, v := range p.All() {
			if !yield(v) {
				return
			}
		}
	}
}

// Nothing is to be done with the zero Partitions, and nothing breaks.
func TestZero(t *testing.T) {
	var p partition.Partitions[shareRef]
	if n := p.Count(); n != 0 {
		t.Errorf("%d partitions", n)
	}
	for i := range p.All() {
		t.Errorf("partition %d", i)
	}
	if !partition.For(p, 1).IsZero() || !partition.For(p, "x").IsZero() {
		t.Error("a key leads to somebody")
	}
	if _, err := p.Resize(t.Context(), 0); !errors.Is(err, process.NoProc) {
		t.Errorf("resize: %v", err)
	}
}

// A dynamic supervisor whose starts queue is partitioned like any child.
func TestPartitionedDynamicSupervisor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		set := partition.New("set", 3, func(i int) supervisor.Child[dynsupervisor.Ref] {
			return dynsupervisor.New("rooms")
		})
		tree, err := supervisor.Start(w.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{set}))
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Stop(w.Ctx, tree)
		room := newShare(7)
		for k := range 9 {
			ref, err := dynsupervisor.StartChild(w.Ctx, partition.For(set.Ref(), k), room)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := genserver.Call(w.Ctx, ref, numberOf{}); n != 7 || err != nil {
				t.Errorf("room: %d, %v", n, err)
			}
		}
		for i, sup := range set.Ref().All() {
			if n, err := dynsupervisor.CountChildren(w.Ctx, sup); n.Active != 3 || err != nil {
				t.Errorf("partition %d has %+v, %v", i, n, err)
			}
		}
	})
}
