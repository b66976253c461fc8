package supervisor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Restart says when a child that ended is restarted. See supervisor(3),
// "restart", and process.Clean for what a clean exit is.
type Restart uint8

const (
	Permanent Restart = iota + 1 // always
	Transient                    // after a crash, not after a clean exit
	Temporary                    // never; the child is then forgotten
)

var restartNames = [...]string{"invalid", "permanent", "transient", "temporary"}

func (r Restart) String() string { return nameOf(restartNames[:], r) }

// Wants reports whether a child that ended with reason is restarted.
func (r Restart) Wants(reason error) bool {
	return r == Permanent || r == Transient && !process.Clean(reason)
}

// Shutdown times with a meaning of their own; see [Child.Shutdown].
const (
	BrutalKill time.Duration = 0  // is not asked, but killed at once
	Infinity   time.Duration = -1 // has all the time it needs

	defaultShutdown = 5 * time.Second
)

// Type tells supervisors and other children apart.
type Type uint8

const (
	Worker Type = iota + 1
	SupervisorType
)

var typeNames = [...]string{"invalid", "worker", "supervisor"}

func (t Type) String() string { return nameOf(typeNames[:], t) }

// nameOf is how a constant is spelled; names[0] is for values that are none.
func nameOf[E ~uint8](names []string, e E) string {
	if int(e) >= len(names) {
		return names[0]
	}
	return names[e]
}

// spec is a child specification (OTP: child_spec()).
type spec struct {
	id          string
	restart     Restart
	shutdown    time.Duration
	typ         Type
	significant bool
	slot        *slot
	name        process.Name         // "" for none
	via         process.Registration // nil for none

	// start runs in the supervisor's process and returns once the child has
	// started. It gets the spec as it is then, since builders copy it, and
	// the slot for which it starts.
	start func(c *process.Context, s *spec, at *slot) (started, error)
	// root starts the child without a link; nil if it can be no tree's root.
	root func(ctx context.Context, s *spec) (started, error)
	// check validates what is below the child; nil if nothing is.
	check func(s *spec) error
}

// started is a child that runs, with the value it opened, if it did.
type started struct {
	pid   process.PID
	value any
}

// newSpec is a spec with the defaults of supervisor(3) for a worker; the
// caller sets start, unless it was given nothing to start.
func newSpec(id string) *spec {
	return &spec{id: id, restart: Permanent, shutdown: defaultShutdown, typ: Worker, slot: &slot{id: id}}
}

// options adds what the spec says of the process to the options of a start.
func (s *spec) options(opts ...process.Option) []process.Option {
	opts = slices.Clip(opts)
	if s.name != "" {
		opts = append(opts, process.WithName(s.name))
	}
	if s.via != nil {
		opts = append(opts, process.WithVia(s.via))
	}
	return opts
}

// Problem is what is wrong with a specification.
type Problem string

const (
	MissingID           Problem = "it has no id"
	MissingStart        Problem = "it has nothing to start: the function given is nil, or the Child is the zero value"
	InvalidRestart      Problem = "its restart is none of Permanent, Transient and Temporary"
	InvalidShutdown     Problem = "its shutdown is negative and not Infinity"
	DuplicateID         Problem = "another child has the same id; set one with ID"
	DuplicateChild      Problem = "the same Child value stands in the list twice; make one for each"
	BadSignificant      Problem = "a significant child must be Transient or Temporary, under a supervisor with AutoShutdown"
	InvalidStrategy     Problem = "its strategy is none of OneForOne, OneForAll and RestForOne"
	InvalidIntensity    Problem = "its intensity is negative, or its period is not positive"
	InvalidBackoff      Problem = "its back-off's minimum is not positive, or above its maximum"
	InvalidAutoShutdown Problem = "its auto shutdown is none of Never, AnySignificant and AllSignificant"
	NotSupervisor       Problem = "it is not a supervisor, so it cannot be the root of a tree"
)

// SpecError refuses the specification of a child or a supervisor. Nothing has
// been started.
type SpecError struct {
	ID      string // of the child or supervisor
	Problem Problem

	Supervisor string // that lists the child; "" if it stands in no list
	Position   int    // in that list, from 1
}

func (e *SpecError) Error() string {
	where := ""
	if e.Position > 0 {
		where = fmt.Sprintf("child %d of %q, ", e.Position, e.Supervisor)
	}
	return fmt.Sprintf("supervisor: specification of %s%q: %s", where, e.ID, string(e.Problem))
}

// validate checks one child for a supervisor of the given flags.
func (s *spec) validate(auto AutoShutdownMode) error {
	switch {
	case s == nil || s.start == nil:
		id := ""
		if s != nil {
			id = s.id
		}
		return &SpecError{ID: id, Problem: MissingStart}
	case s.id == "":
		return &SpecError{ID: s.id, Problem: MissingID}
	case s.restart < Permanent || s.restart > Temporary:
		return &SpecError{ID: s.id, Problem: InvalidRestart}
	case s.shutdown < 0 && s.shutdown != Infinity:
		return &SpecError{ID: s.id, Problem: InvalidShutdown}
	case s.significant && (s.restart == Permanent || auto == Never):
		return &SpecError{ID: s.id, Problem: BadSignificant}
	case s.check != nil:
		return s.check(s)
	}
	return nil
}

// specsOf validates the list of children of the supervisor id and what is
// below them.
func specsOf(id string, children []Spec, auto AutoShutdownMode) ([]*spec, error) {
	specs := make([]*spec, 0, len(children))
	ids, slots := map[string]bool{}, map[*slot]bool{}
	for i, child := range children {
		var s *spec
		if child != nil {
			s = child.spec()
		}
		err := s.validate(auto)
		switch {
		case err != nil:
		case ids[s.id]:
			err = &SpecError{ID: s.id, Problem: DuplicateID}
		case slots[s.slot]:
			err = &SpecError{ID: s.id, Problem: DuplicateChild}
		}
		if err != nil {
			if e, ok := err.(*SpecError); ok && e.Position == 0 { // of one below it is known already
				e.Supervisor, e.Position = id, i+1
			}
			return nil, err
		}
		ids[s.id], slots[s.slot] = true, true
		specs = append(specs, s)
	}
	return specs, nil
}
