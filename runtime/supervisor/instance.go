package supervisor

import (
	"cmp"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/process"
)

// Supervising makes a child one that is a supervisor itself, of a kind that
// this package does not have: of SupervisorType and with Infinity to shut
// down. check validates it, under the id that it has then, before anything of
// its tree starts. It is for the authors of supervisors.
func Supervising[T any](c Child[T], check func(id string) error) Child[T] {
	return c.with(func(s *spec) {
		s.typ, s.shutdown = SupervisorType, Infinity
		s.check = func(s *spec) error { return check(s.id) }
	})
}

// Instance is one start of a [Child] by a supervisor that this package does
// not have, such as a dynamic one: it starts the child as often as that
// supervisor wants, for references of its own. It is for the authors of
// supervisors; its methods are for their process.
type Instance struct {
	spec *spec
	slot *slot
	pid  process.PID
}

// Instantiate prepares a start of the child and makes the reference to it.
// The child's own [Child.Ref] does not lead there, so the same Child may be
// instantiated again and again; but the children in the list of one that is a
// supervisor are the same in each, so that one start at a time runs. It fails
// with *SpecError.
func Instantiate[T any](c Child[T]) (*Instance, T, error) {
	if err := c.s.validate(Never); err != nil {
		var none T
		return nil, none, err
	}
	i := &Instance{spec: c.s, slot: &slot{id: c.s.id}}
	return i, c.refTo(i.slot), nil
}

// Start starts the child, linked to c's process, and returns when it has
// started; no other incarnation may run. With process.ErrIgnore it does not run.
func (i *Instance) Start(c *process.Context) error {
	claimed, err := i.slot.claim(c.Self())
	if err != nil {
		return err
	}
	child, err := i.spec.start(c, i.spec, i.slot)
	if err != nil {
		i.slot.release(claimed)
		if !reasons.Is(err, process.ErrIgnore) {
			err = &StartError{i.spec.id, err}
		}
		return err
	}
	i.pid = child.pid
	i.slot.run(claimed, child.pid, child.value)
	return nil
}

// PID is the incarnation that was started last.
func (i *Instance) PID() process.PID { return i.pid }

// Spec is the child's specification.
func (i *Instance) Spec() SpecInfo {
	return SpecInfo{i.spec.id, i.spec.restart, i.spec.shutdown, i.spec.typ, i.spec.significant}
}

// Stop stops the child within its shutdown time and returns its exit reason;
// expected says whether that is one of an orderly stop.
func (i *Instance) Stop(c *process.Context) (reason error, expected bool) {
	reason = shutDown(c, i.pid, i.spec.shutdown)
	return reason, isExpected(i.spec.shutdown, reason)
}

// StopAll stops children side by side, each within its shutdown time, and
// returns when they have stopped. report hears of those that did not stop in
// an orderly way.
func StopAll(c *process.Context, instances []*Instance, report func(i *Instance, reason error)) {
	type end struct {
		i      *Instance
		reason error
	}
	ends := make(chan end, len(instances))
	left := make(map[*Instance]bool, len(instances))
	for _, i := range instances {
		if _, alive := process.AtExit(i.pid, func(reason error) { ends <- end{i, reason} }); !alive {
			continue // it was quicker: if it crashed, its process has said so
		}
		left[i] = true
		i.ask(c)
	}
	begin := time.Now()
	for _, limit := range limits(left) {
		over := timeout(limit, begin)
		for waiting := true; waiting && len(left) > 0; {
			select {
			case e := <-ends:
				delete(left, e.i)
				if !isExpected(e.i.spec.shutdown, e.reason) {
					report(e.i, e.reason)
				}
			case <-over:
				waiting = false
			case <-c.Done(): // the supervisor itself is killed
				return
			}
		}
		for i := range left {
			if i.spec.shutdown == limit {
				process.Exit(c, i.pid, process.Kill)
			}
		}
	}
	for range left { // these have been killed just now
		e := <-ends
		if !isExpected(e.i.spec.shutdown, e.reason) {
			report(e.i, e.reason)
		}
	}
}

// ask asks the child to stop.
func (i *Instance) ask(c *process.Context) {
	if i.spec.shutdown == BrutalKill {
		process.Exit(c, i.pid, process.Kill)
		return
	}
	process.Exit(c, i.pid, process.Shutdown)
}

// limits are the different shutdown times of the children, the shortest first
// and Infinity last.
func limits(children map[*Instance]bool) []time.Duration {
	var list []time.Duration
	for i := range children {
		if !slices.Contains(list, i.spec.shutdown) {
			list = append(list, i.spec.shutdown)
		}
	}
	slices.SortFunc(list, func(a, b time.Duration) int { return cmp.Compare(uint64(a), uint64(b)) }) // Infinity is -1
	return list
}

// timeout ends when limit has passed since begin, for Infinity never.
func timeout(limit time.Duration, begin time.Time) <-chan time.Time {
	if limit == Infinity {
		return nil
	}
	return time.After(time.Until(begin.Add(limit)))
}
