package partition

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strconv"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// PerCPU, as the number of partitions, is as many as there are CPUs to run
// them: GOMAXPROCS when New is called. (Elixir's default.)
const PerCPU = -1

// NoPartitions is a number of partitions that is neither positive nor PerCPU.
const NoPartitions supervisor.Problem = "it has no partitions: their number is neither positive nor PerCPU"

// Partitions is the reference to a set of partitions, each of which is reached
// by a T; [For] finds the one of a key. It survives restarts, of a partition
// and of the set; while a partition does not run, its T leads to nobody.
//
// A Partitions is also the reference to the set's supervisor, whose children
// have the ids "0", "1" and so on. It is safe for concurrent use. The zero
// Partitions has none.
type Partitions[T any] struct {
	supervisor.Ref
	set *set[T]
}

// set is what the copies of a Partitions share.
type set[T any] struct {
	refs     []T
	resizing chan struct{}           // full while one resizes: others wait as long as their contexts last
	resized  atomic.Pointer[resized] // nil while never
}

// resized is how many partitions are in use. It holds for one incarnation of
// the supervisor; the next one starts them all.
type resized struct {
	sup process.PID
	n   int
}

// New is a set of n partitions, as a child of a supervisor. child makes them,
// and is called by New for each of 0 to n-1; each has to be a Child of its
// own, and its id becomes its number. The partitions are supervised one for
// one; flags are those of supervisor.Supervisor. A specification that makes no
// sense fails the start of the tree with a *supervisor.SpecError before
// anything of it starts.
func New[T any](id string, n int, child func(i int) supervisor.Child[T], flags ...supervisor.Flag) supervisor.Child[Partitions[T]] {
	if n == PerCPU {
		n = runtime.GOMAXPROCS(0)
	}
	set := &set[T]{resizing: make(chan struct{}, 1)}
	problem, specs := supervisor.Problem(""), []supervisor.Spec(nil)
	switch {
	case n <= 0:
		problem = NoPartitions
	case child == nil:
		problem = supervisor.MissingStart
	default:
		for i := range n {
			c := child(i).ID(strconv.Itoa(i))
			specs, set.refs = append(specs, c), append(set.refs, c.Ref())
		}
	}
	sup := supervisor.Supervisor(id, supervisor.OneForOne, specs, flags...)
	if problem != "" {
		sup = supervisor.Supervising(sup, func(id string) error { return &supervisor.SpecError{ID: id, Problem: problem} })
	}
	return supervisor.Map(sup, func(r supervisor.Ref) Partitions[T] { return Partitions[T]{r, set} })
}

// Count is how many partitions are in use: as many as the set was made with,
// unless Resize said otherwise.
func (p Partitions[T]) Count() int {
	if p.set == nil {
		return 0
	}
	return p.set.count()
}

func (s *set[T]) count() int {
	if r := s.resized.Load(); r != nil && r.sup.Alive() {
		return r.n
	}
	return len(s.refs)
}

// All are the partitions in use, by their numbers: to ask each, or to tell all.
func (p Partitions[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := range p.Count() {
			if !yield(i, p.set.refs[i]) {
				return
			}
		}
	}
}

// at is the partition of a number that any key was made into.
func (p Partitions[T]) at(hash uint64) T {
	if p.set == nil || len(p.set.refs) == 0 {
		var none T
		return none
	}
	return p.set.refs[hash%uint64(max(p.set.count(), 1))]
}

// ErrTooMany refuses to resize a set beyond the partitions that it was made with.
var ErrTooMany = errors.New("a set of partitions has no more than it was made with")

// ErrNegative refuses to resize a set to fewer partitions than none.
var ErrNegative = errors.New("the number of partitions is negative")

// Resize changes how many partitions are in use, and returns how many were.
// It starts or stops the others, which are the last ones; most keys then have
// another partition, and what one has kept for them is not moved. With 0 no
// key leads to anybody. It lasts until the supervisor itself is restarted.
//
// It fails with ErrTooMany or ErrNegative, with process.NoProc if the set does
// not run, with a *genserver.CallError if ctx ends, and with the
// *supervisor.StartError of a partition; then those before that one are in
// use. It may be tried again. (Elixir: PartitionSupervisor.resize!/2.)
func (p Partitions[T]) Resize(ctx context.Context, n int) (was int, err error) {
	was = p.Count()
	switch {
	case n < 0:
		return was, fmt.Errorf("partition: resize to %d: %w", n, ErrNegative)
	case p.set == nil:
		return was, process.NoProc
	case n > len(p.set.refs):
		return was, fmt.Errorf("partition: resize to %d of %d: %w", n, len(p.set.refs), ErrTooMany)
	}
	return p.set.resize(ctx, p.Ref, n)
}

func (s *set[T]) resize(ctx context.Context, ref supervisor.Ref, n int) (was int, err error) {
	select {
	case s.resizing <- struct{}{}:
		defer func() { <-s.resizing }()
	case <-ctx.Done():
		return s.count(), &genserver.CallError{To: ref.String(), Request: "Resize", Reason: reasonOf(ctx)}
	}
	was = s.count()
	sup, err := ref.Dest().Resolve(process.NodeOf(ctx))
	if err != nil {
		return was, err
	}
	this := genserver.RefTo[*supervisor.Sup](sup)
	for i := was; i < n; i++ {
		err := supervisor.RestartChild(ctx, this, strconv.Itoa(i))
		if err != nil && !errors.Is(err, supervisor.ErrRunning) && !errors.Is(err, supervisor.ErrRestarting) {
			return was, err
		}
		s.resized.Store(&resized{sup, i + 1})
	}
	if n < was { // nobody is led there any more when they stop
		s.resized.Store(&resized{sup, n})
	}
	for i := n; i < len(s.refs); i++ {
		if err := supervisor.TerminateChild(ctx, this, strconv.Itoa(i)); err != nil {
			return was, err
		}
	}
	return was, nil
}

// reasonOf is why a wait has ended with its context, as calls say it.
func reasonOf(ctx context.Context) error {
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return genserver.ErrTimeout
}
