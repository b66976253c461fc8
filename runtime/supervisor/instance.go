package supervisor

import (
	"errors"
	"time"

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
// instantiated again and again. It fails with *SpecError.
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
		if !errors.Is(err, process.ErrIgnore) {
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
	asked := time.Now()
	for _, i := range instances {
		signal := process.Shutdown
		if i.spec.shutdown == BrutalKill {
			signal = process.Kill
		}
		process.Exit(c, i.pid, signal)
	}
	for _, i := range instances {
		limit := i.spec.shutdown
		if limit != Infinity {
			limit = max(limit-time.Since(asked), 0)
		}
		reason, ended := await(c, i.pid, limit)
		if !ended {
			process.Exit(c, i.pid, process.Kill)
			process.Wait(c, i.pid)
			reason = process.Killed
		}
		if !isExpected(i.spec.shutdown, reason) {
			report(i, reason)
		}
	}
}
