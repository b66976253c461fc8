package dynsupervisor

import (
	"context"
	"log/slog"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Ref is the reference to a dynamic supervisor.
type Ref = genserver.Ref[*Sup]

// Sup is the state of a dynamic supervisor's process, which is a genserver.
// Others reach it by Ref only.
type Sup struct {
	id string
	options
	children    map[process.PID]*child // by the last incarnation
	restarting  int                    // of the children
	supervisors int                    // of the children
}

// child is what the supervisor keeps of one child: little, for there may be
// very many.
type child struct {
	*supervisor.Instance
	*past // nil for one that was never restarted
}

// New is a dynamic supervisor as a child of a supervisor. Its shutdown time is
// Infinity, so that its own children have theirs. Options that make no sense
// fail the start of the tree with a *supervisor.SpecError before anything of
// it starts.
func New(id string, opts ...Option) supervisor.Child[Ref] {
	o := optionsOf(opts)
	return supervisor.Supervising(supervisor.Server(id, newSup(id, o), o.process()...), o.validate)
}

// Start starts a dynamic supervisor that stands in no tree, for tests and
// tools; [New] is for programs. ctx bounds the start and names the node. It
// fails with *supervisor.SpecError or *process.AlreadyStarted.
func Start(ctx context.Context, id string, opts ...Option) (Ref, error) {
	o := optionsOf(opts)
	if err := o.validate(id); err != nil {
		return Ref{}, err
	}
	return genserver.Start(ctx, newSup(id, o), o.process()...)
}

// StartLink is Start with a link to the process that starts it, with which
// the supervisor stops. If the start fails with anything but a
// *supervisor.SpecError, that process gets the reason as an exit signal too.
func StartLink(c *process.Context, id string, opts ...Option) (Ref, error) {
	o := optionsOf(opts)
	if err := o.validate(id); err != nil {
		return Ref{}, err
	}
	return genserver.StartLink(c, newSup(id, o), o.process()...)
}

// Stop stops a supervisor and returns when its children and it have stopped;
// it ends with process.Normal. ctx bounds the wait, not the stop. One that
// stands in a tree is started again by its own supervisor.
func Stop(ctx context.Context, sup genserver.To[*Sup]) error {
	return genserver.Stop(ctx, sup, process.Normal)
}

func newSup(id string, o options) func() *Sup {
	return func() *Sup { return &Sup{id: id, options: o} }
}

// Init begins without children.
func (s *Sup) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	s.children = map[process.PID]*child{}
	return c.OK()
}

// HandleInfo learns of the ends of children, which are linked to the
// supervisor, and goes on with restarts that were put off.
func (s *Sup) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Exited:
		// Children that were stopped, and strangers, are not in the map, and
		// one that is restarting has no process. A signal that a live child
		// sent is no end.
		if ch := s.children[msg.From]; ch != nil && !ch.isRestarting() && !msg.From.Alive() {
			return s.ended(c, ch, msg.Reason)
		}
		return c.NoReply()
	case tryAgain:
		return s.tryAgain(c, msg)
	}
	return c.Unhandled(msg)
}

// Terminate stops the children, all at once, whatever the reason.
func (s *Sup) Terminate(c *genserver.Context, _ error) {
	running := make([]*supervisor.Instance, 0, len(s.children))
	for _, ch := range s.children {
		if !ch.isRestarting() {
			running = append(running, ch.Instance)
		}
	}
	s.children = nil
	supervisor.StopAll(c.Context, running, func(i *supervisor.Instance, reason error) {
		s.report(c, "child did not shut down cleanly", i, reason)
	})
}

// add takes in a child that has started.
func (s *Sup) add(ch *child) {
	s.children[ch.PID()] = ch
	if ch.Spec().Type == supervisor.SupervisorType {
		s.supervisors++
	}
}

// forget drops a child that has no process any more.
func (s *Sup) forget(ch *child) {
	delete(s.children, ch.PID())
	if ch.isRestarting() {
		s.restarting--
	}
	if ch.Spec().Type == supervisor.SupervisorType {
		s.supervisors--
	}
}

// report logs what happened to a child.
func (s *Sup) report(c *genserver.Context, what string, i *supervisor.Instance, reason error) {
	c.Node().Log(slog.LevelWarn, "supervisor: "+what,
		"supervisor", s.id, "process", c.Self(), "child", i.Spec().ID, "pid", i.PID(), "reason", reason)
}
