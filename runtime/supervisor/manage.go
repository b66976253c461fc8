package supervisor

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/patient"
	"github.com/otplint/otplint/runtime/process"
)

// The requests that a supervisor answers.
type (
	startChild struct {
		genserver.CallTo[*Sup, none]
		child *spec
	}
	terminateChild struct {
		genserver.CallTo[*Sup, none]
		id string
	}
	restartChild struct {
		genserver.CallTo[*Sup, none]
		id string
	}
	deleteChild struct {
		genserver.CallTo[*Sup, none]
		id string
	}
	whichChildren struct {
		genserver.CallTo[*Sup, []ChildInfo]
	}
	countChildren struct{ genserver.CallTo[*Sup, Counts] }
	childSpec     struct {
		genserver.CallTo[*Sup, SpecInfo]
		id string
	}
	none struct{}
)

// call asks a supervisor. Unlike other calls it waits without a limit of its
// own, as in OTP: a child that starts or stops may take long.
func call[R any](ctx context.Context, sup genserver.To[*Sup], req genserver.Request[*Sup, R]) (R, error) {
	return genserver.Call(patient.Context(ctx), sup, req)
}

// StartChild adds a child after the others, starts it and returns its
// reference. ctx bounds the wait, which has no other limit, and not the
// start, which goes on when ctx has ended. The child is the supervisor's: its
// context does not descend from ctx.
//
// It fails with *SpecError, *AlreadyStarted, ErrAlreadyPresent, or
// *StartError; the child is then not kept. A child that ignores its start is
// kept without a process, unless it is Temporary, and is no error. A child
// added so is gone when the supervisor itself is restarted.
//
// A child must not manage its own supervisor from its start or its
// Terminate: the supervisor waits for these. (OTP: supervisor:start_child/2.)
func StartChild[T any](ctx context.Context, sup genserver.To[*Sup], c Child[T]) (T, error) {
	if _, err := call(ctx, sup, startChild{child: c.s}); err != nil {
		var zero T
		return zero, err
	}
	return c.ref, nil
}

// TerminateChild stops a child, within its shutdown time. Its spec is kept,
// for RestartChild, unless it is Temporary. Terminating a child that does not
// run is no error. The child is not restarted, and a significant one does not
// stop the supervisor. It fails with ErrNotFound. (OTP: terminate_child/2.)
func TerminateChild(ctx context.Context, sup genserver.To[*Sup], id string) error {
	_, err := call(ctx, sup, terminateChild{id: id})
	return err
}

// RestartChild starts a child that does not run. It does not count as a
// restart. It fails with ErrNotFound, ErrRunning, ErrRestarting or
// *StartError. That the start was ignored is no error. (OTP: restart_child/2.)
func RestartChild(ctx context.Context, sup genserver.To[*Sup], id string) error {
	_, err := call(ctx, sup, restartChild{id: id})
	return err
}

// DeleteChild removes the spec of a child that does not run. It fails with
// ErrNotFound, ErrRunning or ErrRestarting. (OTP: delete_child/2.)
func DeleteChild(ctx context.Context, sup genserver.To[*Sup], id string) error {
	_, err := call(ctx, sup, deleteChild{id: id})
	return err
}

// ChildInfo is what WhichChildren tells of a child.
type ChildInfo struct {
	ID    string
	PID   process.PID // zero unless it is Running
	State State
	Type  Type

	Restarts int // how often this supervisor has restarted it
}

// WhichChildren lists the children, in no order that means anything. A child
// that has unlinked itself is listed as it was last known. (OTP: which_children/1.)
func WhichChildren(ctx context.Context, sup genserver.To[*Sup]) ([]ChildInfo, error) {
	return call(ctx, sup, whichChildren{})
}

// Counts is what CountChildren tells.
type Counts struct {
	Specs       int // all children
	Active      int // those with a live process
	Supervisors int // children that are supervisors, running or not
	Workers     int // the others
}

// CountChildren counts the children. (OTP: count_children/1.)
func CountChildren(ctx context.Context, sup genserver.To[*Sup]) (Counts, error) {
	return call(ctx, sup, countChildren{})
}

// SpecInfo is a child's specification with all defaults filled in.
type SpecInfo struct {
	ID          string
	Restart     Restart
	Shutdown    time.Duration
	Type        Type
	Significant bool
}

// ChildSpec is the specification of a child, or ErrNotFound. (OTP: get_childspec/2.)
func ChildSpec(ctx context.Context, sup genserver.To[*Sup], id string) (SpecInfo, error) {
	return call(ctx, sup, childSpec{id: id})
}

// HandleCall answers the management functions.
func (s *Sup) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case startChild:
		return done(from, req.CallTo, s.startChild(c, req.child))
	case terminateChild:
		return done(from, req.CallTo, s.terminateChild(c, req.id))
	case restartChild:
		return done(from, req.CallTo, s.restartChild(c, req.id))
	case deleteChild:
		return done(from, req.CallTo, s.deleteChild(req.id))
	case whichChildren:
		return req.Reply(from, s.list())
	case countChildren:
		return req.Reply(from, s.count())
	case childSpec:
		if e := s.find(req.id); e != nil {
			return req.Reply(from, SpecInfo{e.id, e.spec.restart, e.shutdown, e.typ, e.significant})
		}
		return req.Fail(from, childError(req.id, ErrNotFound))
	}
	return c.Unhandled(req)
}

func done(from genserver.From, req genserver.CallTo[*Sup, none], err error) genserver.Result {
	if err != nil {
		return req.Fail(from, err)
	}
	return req.Reply(from, none{})
}

func (s *Sup) startChild(c *genserver.Context, child *spec) error {
	if err := child.validate(s.auto); err != nil {
		return err
	}
	if e := s.find(child.id); e != nil {
		switch e.state {
		case Stopped:
			return childError(e.id, ErrAlreadyPresent)
		case Restarting:
			return &AlreadyStarted{ID: e.id}
		}
		return &AlreadyStarted{e.id, e.pid}
	}
	e := &entry{spec: child, state: Stopped}
	s.children = append(s.children, e)
	if err := s.start(c, e); err != nil {
		s.forget(e)
		return &StartError{e.id, err}
	}
	return nil
}

func (s *Sup) terminateChild(c *genserver.Context, id string) error {
	e := s.find(id)
	if e == nil {
		return childError(id, ErrNotFound)
	}
	s.stop(c, e)
	e.last = nil // as somebody wants it
	return nil
}

func (s *Sup) restartChild(c *genserver.Context, id string) error {
	e, err := s.findStopped(id)
	if err != nil {
		return err
	}
	if err := s.start(c, e); err != nil {
		e.last = err
		return &StartError{id, err}
	}
	return nil
}

func (s *Sup) deleteChild(id string) error {
	e, err := s.findStopped(id)
	if err == nil {
		s.forget(e)
	}
	return err
}

// findStopped is the child with the id, which must not run.
func (s *Sup) findStopped(id string) (*entry, error) {
	e := s.find(id)
	switch {
	case e == nil:
		return nil, childError(id, ErrNotFound)
	case e.state == Running:
		return nil, childError(id, ErrRunning)
	case e.state == Restarting:
		return nil, childError(id, ErrRestarting)
	}
	return e, nil
}

func (s *Sup) list() []ChildInfo {
	list := make([]ChildInfo, len(s.children))
	for i, e := range s.children {
		list[i] = ChildInfo{ID: e.id, State: e.state, Type: e.typ, Restarts: e.restarts}
		if e.state == Running {
			list[i].PID = e.pid
		}
	}
	return list
}

func (s *Sup) count() Counts {
	n := Counts{Specs: len(s.children)}
	for _, e := range s.children {
		if e.state == Running && e.pid.Alive() {
			n.Active++
		}
		if e.typ == SupervisorType {
			n.Supervisors++
		} else {
			n.Workers++
		}
	}
	return n
}
