package supervisor

import (
	"log/slog"
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/internal/restart"
	"github.com/otplint/otplint/runtime/process"
)

// Ref is the reference to a supervisor.
type Ref = genserver.Ref[*Sup]

// Sup is the state of a supervisor's process, which is a genserver. Others
// reach it by Ref only.
type Sup struct {
	id   string
	init func(*genserver.Context) (Strategy, []Spec, []Flag, error)
	flags
	children []*entry // in the order of their start
}

// entry is a supervisor's view of one child (OTP: #child{}).
type entry struct {
	*spec
	state State
	pid   process.PID // of the last incarnation
	last  error       // why it ended last, or could not be restarted; nil if it was terminated since

	restarts int // how often it was restarted
	attempt  int // numbers the restarts that are put off
	history  restart.History
}

// State is what a supervisor knows of a child.
type State uint8

const (
	Running    State = iota + 1
	Stopped          // has no process, but its spec is kept (OTP: undefined)
	Restarting       // its restart failed and is tried again, or is put off
)

var stateNames = [...]string{"invalid", "running", "stopped", "restarting"}

func (s State) String() string { return nameOf(stateNames[:], s) }

func newSup(id string, init func(*genserver.Context) (Strategy, []Spec, []Flag, error)) func() *Sup {
	return func() *Sup { return &Sup{id: id, init: init} }
}

// Init starts the children.
func (s *Sup) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	if err := s.configure(c); err != nil {
		if reasons.Is(err, process.ErrIgnore) {
			return c.Ignore()
		}
		return c.Stop(err)
	}
	if failed, err := s.startAll(c, slices.Clone(s.children)); err != nil {
		s.report(c, "child failed to start", failed, err)
		s.stopAll(c, s.children)
		return c.Stop(&process.ShutdownReason{Detail: &StartError{failed.id, err}})
	}
	return c.OK()
}

// configure computes and validates what the supervisor is to do.
func (s *Sup) configure(c *genserver.Context) error {
	strategy, children, list, err := s.init(c)
	if err != nil {
		return err
	}
	if s.flags, err = flagsOf(s.id, strategy, list); err != nil {
		return err
	}
	specs, err := specsOf(s.id, children, s.auto)
	if err != nil {
		return err
	}
	for _, spec := range specs {
		s.children = append(s.children, &entry{spec: spec, state: Stopped})
	}
	if s.name != "" {
		return process.Register(c, s.name, c.Self())
	}
	return nil
}

// HandleInfo learns of the ends of children, which are linked to the
// supervisor, and goes on with restarts that failed.
func (s *Sup) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Exited:
		// Children that were stopped, and strangers, are in no entry. A
		// signal that a live child sent is no end: OTP is taken in by it
		// and starts a second one.
		if e := s.runningAs(msg.From); e != nil && !msg.From.Alive() {
			return s.ended(c, e, msg.Reason)
		}
		return c.NoReply()
	case tryAgain:
		return s.tryAgain(c, msg)
	}
	return c.Unhandled(msg)
}

// Terminate stops the children, whatever the reason.
func (s *Sup) Terminate(c *genserver.Context, reason error) { s.stopAll(c, s.children) }

// runningAs is the child that runs as pid, or nil.
func (s *Sup) runningAs(pid process.PID) *entry {
	for _, e := range s.children {
		if e.state == Running && e.pid == pid {
			return e
		}
	}
	return nil
}

// find is the child with the id, or nil.
func (s *Sup) find(id string) *entry {
	for _, e := range s.children {
		if e.id == id {
			return e
		}
	}
	return nil
}

// forget drops the child and its spec.
func (s *Sup) forget(e *entry) {
	s.children = slices.DeleteFunc(s.children, func(other *entry) bool { return other == e })
}

// report logs what happened to a child.
func (s *Sup) report(c *genserver.Context, what string, e *entry, reason error) {
	c.Node().Log(slog.LevelWarn, "supervisor: "+what, "supervisor", s.id, "process", c.Self(), "child", e.id, "reason", reason)
}
