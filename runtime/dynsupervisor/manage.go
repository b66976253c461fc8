package dynsupervisor

import (
	"context"
	"errors"
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/patient"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// ErrMaxChildren refuses a start: the supervisor has as many children as
// MaxChildren allows.
var ErrMaxChildren = errors.New("that is as many as MaxChildren allows")

// The requests that a dynamic supervisor answers.
type (
	startChild struct {
		genserver.CallTo[*Sup, none]
		instance *supervisor.Instance
	}
	terminateChild struct {
		genserver.CallTo[*Sup, none]
		pid process.PID
	}
	whichChildren struct {
		genserver.CallTo[*Sup, []supervisor.ChildInfo]
	}
	countChildren struct {
		genserver.CallTo[*Sup, supervisor.Counts]
	}
	none struct{}
)

// call asks a supervisor. It waits without a limit of its own, as in OTP: a
// child that starts or stops may take long.
func call[R any](ctx context.Context, sup genserver.To[*Sup], req genserver.Request[*Sup, R]) (R, error) {
	return genserver.Call(patient.Context(ctx), sup, req)
}

// StartChild starts a child and returns the reference to it, which survives
// its restarts. Each start makes a child and a reference of its own, of one
// Child value too; the value's own Ref leads to none of them. (Of a Child that
// is a supervisor with a list of children, one start at a time runs.) ctx bounds the
// wait, which has no other limit, and not the start, which goes on when ctx
// has ended. The child is the supervisor's: its context does not descend from
// ctx.
//
// It fails with *supervisor.SpecError before anybody is asked, with
// ErrMaxChildren, with *supervisor.StartError, and with process.ErrIgnore if
// the child ignored its start; in all these cases nothing is left of the
// child. (Elixir: start_child/2.)
//
// A child must not ask its own supervisor for anything from its start or its
// Terminate, for the supervisor waits for these: from a start, with the child's
// own context, that is a *genserver.DeadlockError, else it waits for ever.
func StartChild[T any](ctx context.Context, sup genserver.To[*Sup], c supervisor.Child[T]) (T, error) {
	instance, ref, err := supervisor.Instantiate(c)
	if err == nil {
		_, err = call(ctx, sup, startChild{instance: instance})
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return ref, nil
}

// Terminate stops the child that runs as pid, within its shutdown time, and
// forgets it. One whose restart is put off or tried again and again is known
// by the process that it was; it is not tried any more. It fails with
// supervisor.ErrNotFound. (Elixir: terminate_child/2.)
func Terminate(ctx context.Context, sup genserver.To[*Sup], pid process.PID) error {
	_, err := call(ctx, sup, terminateChild{pid: pid})
	return err
}

// WhichChildren lists the children, in no order. A child that has unlinked
// itself is listed as it was last known. With very many children that takes
// its time, in which the supervisor does nothing else; CountChildren does not.
func WhichChildren(ctx context.Context, sup genserver.To[*Sup]) ([]supervisor.ChildInfo, error) {
	return call(ctx, sup, whichChildren{})
}

// CountChildren counts the children, in the same time however many there are.
// Active are all but those that are being restarted: a child whose end the
// supervisor has not heard of yet counts as alive.
func CountChildren(ctx context.Context, sup genserver.To[*Sup]) (supervisor.Counts, error) {
	return call(ctx, sup, countChildren{})
}

// HandleCall answers the management functions.
func (s *Sup) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case startChild:
		if err := s.startChild(c, req.instance); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, none{})
	case terminateChild:
		if err := s.terminateChild(c, req.pid); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, none{})
	case whichChildren:
		return req.Reply(from, s.list())
	case countChildren:
		return req.Reply(from, supervisor.Counts{
			Specs:       len(s.children),
			Active:      len(s.children) - s.restarting,
			Supervisors: s.supervisors,
			Workers:     len(s.children) - s.supervisors,
		})
	}
	return c.Unhandled(req)
}

func (s *Sup) startChild(c *genserver.Context, i *supervisor.Instance) error {
	if len(s.children) >= s.max {
		return fmt.Errorf("dynsupervisor %q has %d children: %w", s.id, len(s.children), ErrMaxChildren)
	}
	if err := i.Start(c.Context); err != nil {
		return err
	}
	s.add(&child{Instance: i})
	return nil
}

func (s *Sup) terminateChild(c *genserver.Context, pid process.PID) error {
	ch := s.children[pid]
	if ch == nil {
		return fmt.Errorf("dynsupervisor: process %v: %w", pid, supervisor.ErrNotFound)
	}
	if !ch.isRestarting() {
		// Its Exited is in the mailbox now or soon, and will find no child.
		if reason, expected := ch.Stop(c.Context); !expected {
			s.report(c, "child did not shut down cleanly", ch.Instance, reason)
		}
	}
	s.forget(ch)
	return nil
}

func (s *Sup) list() []supervisor.ChildInfo {
	list := make([]supervisor.ChildInfo, 0, len(s.children))
	for _, ch := range s.children {
		list = append(list, ch.info())
	}
	return list
}

func (ch *child) info() supervisor.ChildInfo {
	spec := ch.Spec()
	info := supervisor.ChildInfo{ID: spec.ID, State: supervisor.Restarting, Type: spec.Type, Restarts: ch.count()}
	if !ch.isRestarting() {
		info.State, info.PID = supervisor.Running, ch.PID()
	}
	return info
}
