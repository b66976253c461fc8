package partition_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// TestConformance runs the PAR cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) { conformance.Run(t, "PAR", cases) }

func passes(id string, test func(t *testing.T)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: test}
}

func changed(id, why string, test func(t *testing.T)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Changed, Why: why, Test: test}
}

var cases = []conformance.Case{
	changed("PAR-001", "The number has to be given; PerCPU is that of the CPUs. There is no other strategy.", func(t *testing.T) {
		e := start(t, partition.PerCPU, newShare)
		if n := e.Count(); n != runtime.GOMAXPROCS(0) {
			t.Errorf("%d partitions", n)
		}
		first := func() process.PID { return e.pids()[0] }
		others := e.pids()[1:]
		for range 3 {
			e.kill(first())
		}
		if !slices.Equal(e.pids()[1:], others) {
			t.Error("another partition was restarted")
		}
		time.Sleep(5*time.Second + 1)
		for range 3 {
			e.kill(first())
			e.fate.Want(nil)
		}
		e.kill(first())
		if !errors.Is(e.fate.Reason(), process.Shutdown) {
			t.Errorf("after the fourth kill: %v", e.fate.Reason())
		}
	}),
	passes("PAR-002", func(t *testing.T) {
		e := start(t, 3, newShare)
		for k, want := range map[int]int{-4: 1, -3: 0, -2: 2, -1: 1, 0: 0, 3: 0, 5: 2, math.MinInt: 2} {
			if got := e.number(partition.For(e.Partitions, k)); got != want {
				t.Errorf("key %d leads to %d, want %d", k, got, want)
			}
		}
		for _, got := range []shareRef{
			partition.For(e.Partitions, int8(-128)), partition.For(e.Partitions, int16(-128)), partition.For(e.Partitions, int32(128)),
			partition.For(e.Partitions, int64(128)), partition.For(e.Partitions, uint8(128)), partition.For(e.Partitions, uint16(128)),
			partition.For(e.Partitions, uint32(128)), partition.For(e.Partitions, uint64(128)), partition.For(e.Partitions, uint(128)),
			partition.For(e.Partitions, uintptr(128)), partition.For(e.Partitions, 128*time.Nanosecond),
		} {
			if n := e.number(got); n != 128%3 {
				t.Errorf("128 of another type leads to %d", n)
			}
		}
		if got := e.number(partition.For(e.Partitions, uint64(math.MaxUint64))); got != 0 { // 2^64-1 is divisible by 3
			t.Errorf("the largest integer leads to %d", got)
		}
	}),
	changed("PAR-003", "Keys are integers and strings, which FNV-1a hashes; others do not compile and are encoded as a string by their owner.", func(t *testing.T) {
		e := start(t, 3, newShare)
		// Computed by another program from the definition of FNV-1a; for good: what others keep by these numbers must not move.
		for key, want := range map[string]int{"": 2, "a": 1, "b": 1, "user-1": 0, "user-2": 2, "ключ": 0, strings.Repeat("x", 1000): 2} {
			got := e.number(partition.For(e.Partitions, key))
			if got != want {
				t.Errorf("key %.20q leads to %d, want %d", key, got, want)
			}
			if named := e.number(partition.For(e.Partitions, userID(key))); named != got {
				t.Errorf("key %.20q of another type leads to %d, not %d", key, named, got)
			}
		}
	}),
	passes("PAR-004", func(t *testing.T) {
		e := start(t, 3, newShare)
		before := e.pids()
		e.kill(e.Resolve(partition.For(e.Partitions, 4).Dest()))
		after := e.pids()
		if after[1] == before[1] || after[0] != before[0] || after[2] != before[2] {
			t.Errorf("processes %v, before %v", after, before)
		}
		if n := e.number(partition.For(e.Partitions, 4)); n != 1 {
			t.Errorf("the key leads to %d", n)
		}
	}),
	passes("PAR-005", func(t *testing.T) {
		e := start(t, 3, newShare)
		for range 4 {
			e.kill(e.pids()[0])
		}
		if !errors.Is(e.fate.Reason(), process.Shutdown) {
			t.Errorf("the set ended with %v", e.fate.Reason())
		}
		for k, ref := range e.All() {
			e.wantNoProc("a partition of a dead set", ref)
			e.wantNoProc("a key of a dead set", partition.For(e.Partitions, k))
		}
		if _, err := e.Resize(e.Ctx, 1); !errors.Is(err, process.NoProc) {
			t.Errorf("resize of a dead set: %v", err)
		}
	}),
	changed("PAR-006", "A function makes the child of each number; what is no child does not compile.", func(t *testing.T) {
		e := start(t, 3, newShare)
		for k := range 3 {
			if n := e.number(partition.For(e.Partitions, k)); n != k {
				t.Errorf("partition %d was made as %d", k, n)
			}
		}
	}),
	changed("PAR-007", "They are refused with a *supervisor.SpecError when the tree starts; a set needs no name, and auto shutdown is the set's as it is any supervisor's.", func(t *testing.T) {
		w := proctest.New(t)
		same := newShare(0)
		for problem, bad := range map[supervisor.Problem]supervisor.Spec{
			supervisor.MissingID:        partition.New("", 1, newShare),
			supervisor.MissingStart:     partition.New[shareRef]("set", 1, nil),
			partition.NoPartitions:      partition.New("set", 0, newShare),
			supervisor.InvalidIntensity: partition.New("set", 1, newShare, supervisor.Intensity(-1, time.Second)),
			supervisor.DuplicateChild:   partition.New("set", 2, func(int) supervisor.Child[shareRef] { return same }),
			supervisor.InvalidRestart:   partition.New("set", 2, func(i int) supervisor.Child[shareRef] { return newShare(i).Restart(9) }),
		} {
			first := supervisor.Func("first", func(ctx context.Context) error { t.Error("something has started"); return nil })
			_, err := supervisor.Start(w.Ctx, supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{first, bad}))
			var refused *supervisor.SpecError
			if !errors.As(err, &refused) || refused.Problem != problem {
				t.Errorf("%v, want the problem %q", err, problem)
			}
		}
		synctest.Wait()
		transient := func(i int) supervisor.Child[shareRef] {
			return newShare(i).Restart(supervisor.Transient).Significant()
		}
		e := start(t, 2, transient, supervisor.AutoShutdown(supervisor.AnySignificant))
		if err := genserver.Stop(e.Ctx, partition.For(e.Partitions, 1), nil); err != nil {
			t.Error(err)
		}
		if !errors.Is(e.fate.Reason(), process.Shutdown) {
			t.Errorf("the set ended with %v", e.fate.Reason())
		}
	}),
	passes("PAR-008", func(t *testing.T) {
		e := start(t, 11, newShare)
		children, err := supervisor.WhichChildren(e.Ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]process.PID{}
		for _, c := range children {
			ids[c.ID] = c.PID
		}
		pids := e.pids()
		if len(ids) != 11 || ids["0"] != pids[0] || ids["10"] != pids[10] {
			t.Errorf("children %v, partitions %v", ids, pids)
		}
	}),
	passes("PAR-009", func(t *testing.T) {
		e := start(t, 3, newShare)
		before := e.pids()
		e.resize(1, 3)
		e.wantCounts(supervisor.Counts{Specs: 3, Active: 1, Workers: 3})
		if before[1].Alive() || before[2].Alive() || !before[0].Alive() {
			t.Error("other partitions were stopped than the last ones")
		}
		for k := range 5 {
			if n := e.number(partition.For(e.Partitions, k)); n != 0 {
				t.Errorf("key %d leads to %d", k, n)
			}
		}
		e.resize(3, 1)
		if after := e.pids(); after[0] != before[0] || after[1] == before[1] || after[2] == before[2] {
			t.Errorf("processes %v, before %v", after, before)
		}
		if n := e.number(partition.For(e.Partitions, 5)); n != 2 {
			t.Errorf("the key leads to %d", n)
		}
		e.resize(3, 3)
	}),
	changed("PAR-010", "After a resize to 0 keys lead to no process; the errors are ErrTooMany and ErrNegative.", func(t *testing.T) {
		e := start(t, 3, newShare)
		e.resize(0, 3)
		e.wantCounts(supervisor.Counts{Specs: 3, Workers: 3})
		e.wantNoProc("a key of no partitions", partition.For(e.Partitions, 5))
		e.wantNoProc("a string", partition.For(e.Partitions, "x"))
		for n, want := range map[int]error{4: partition.ErrTooMany, -1: partition.ErrNegative} {
			if was, err := e.Resize(e.Ctx, n); was != 0 || !errors.Is(err, want) {
				t.Errorf("resize to %d: %d, %v", n, was, err)
			}
		}
		e.resize(2, 0)
		if n := e.number(partition.For(e.Partitions, 3)); n != 1 {
			t.Errorf("the key leads to %d", n)
		}
	}),
	changed("PAR-011", "The set is found by the reference of its child, which needs no name and whose id is its own; supervisor.Named and Via name its supervisor.", func(t *testing.T) {
		set := partition.New("set", 2, newShare, supervisor.Named("known"))
		none := set.Ref()
		e := startSet(t, set)
		if pid, ok := process.WhereIs(e.Ctx, "known"); !ok || pid != e.fate.PID {
			t.Errorf("the name leads to %v", pid)
		}
		if spec, err := supervisor.ChildSpec(e.Ctx, e.tree, "set"); err != nil || spec.Type != supervisor.SupervisorType {
			t.Errorf("spec %+v, %v", spec, err)
		}
		if n := e.number(partition.For(none, 1)); n != 1 { // taken before the start
			t.Errorf("the key leads to %d", n)
		}
		e.wantNoProc("a set that never started", partition.For(partition.New("other", 2, newShare).Ref(), 1))
		e.wantNoProc("the zero set", partition.For(partition.Partitions[shareRef]{}, 1))
	}),
}
