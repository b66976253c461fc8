package application

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// master is the process of an application, the parent of its tree. (OTP: the
// two processes of application_master.)
type master struct {
	ctl *Controller
	app *App
	env *env

	inst Instance
	tree process.PID // zero until it has started, and if it ended at once
	end  atomic.Pointer[ending]
}

// ending is how an application came to end.
type ending struct {
	asked  bool  // by the controller
	reason error // else the tree's
}

// stopApp asks a master to stop its application.
type stopApp struct{}

// Init starts the application.
func (m *master) Init(c *process.Context) error {
	c.TrapExit(true)
	err := m.start(c)
	if err != nil {
		c.Node().Log(slog.LevelError, "application failed to start", "application", m.app.Name, "reason", err, stackOf(err))
	}
	return err
}

func (m *master) start(c *process.Context) error {
	err := try(func() (err error) {
		m.inst, err = m.app.Start(c)
		return err
	})
	if err != nil {
		return err
	}
	root, err := supervisor.StartLink(c, m.inst.Tree)
	if err != nil {
		m.call(c, "Stop", m.inst.Stop)
		return err
	}
	// A tree that has ended already is not found; it has sent its reason.
	m.tree, _ = root.Dest().Resolve(c.Node())
	for _, phase := range m.inst.Phases {
		if err := m.phase(c, phase); err != nil {
			m.stop(c)
			return err
		}
	}
	return nil
}

var errNoRun = errors.New("it has no Run")

func (m *master) phase(c *process.Context, p Phase) error {
	err := errNoRun
	if p.Run != nil {
		err = try(func() error { return p.Run(c) })
	}
	if err != nil {
		return &PhaseError{p.Name, err}
	}
	return nil
}

// Begin has nothing to do.
func (m *master) Begin(*process.Context) error { return nil }

// Handle ends the process when the application is to stop or its tree has
// ended. The end is always Normal, since the controller reports it.
func (m *master) Handle(_ *process.Context, e *process.Envelope) error {
	switch msg := e.Msg.(type) {
	case stopApp:
		m.end.Store(&ending{asked: true})
		return process.Normal
	case process.Exited:
		if m.isTree(msg.From) {
			m.end.Store(&ending{reason: msg.Reason})
			return process.Normal
		}
	}
	return nil
}

// isTree reports whether the sender of an exit signal is the tree that has
// ended, rather than somebody who sends one, or whom Start has linked itself
// to. A tree that ended before it was known is told from those by what it is.
func (m *master) isTree(from process.PID) bool {
	if from.IsZero() || from.Alive() {
		return false
	}
	if !m.tree.IsZero() {
		return from == m.tree
	}
	_, what := process.BehaviourOf(from).Describe()
	return what == "*supervisor.Sup"
}

// Terminate stops the application.
func (m *master) Terminate(c *process.Context, _ error) {
	m.ctl.stopping(m)
	m.stop(c)
}

// stop stops the tree, if it still runs, and calls what is to be called before
// and after.
func (m *master) stop(c *process.Context) {
	m.call(c, "PrepStop", m.inst.PrepStop)
	process.Exit(c, m.tree, process.Shutdown) // the root obeys its parent
	process.Wait(c, m.tree)
	m.call(c, "Stop", m.inst.Stop)
}

// call calls a function of the instance. Its panic is reported and changes
// nothing.
func (m *master) call(c *process.Context, name string, f func(context.Context)) {
	if f == nil {
		return
	}
	if err := try(func() error { f(c); return nil }); err != nil {
		c.Node().Log(slog.LevelError, "application: "+name+" panicked", "application", m.app.Name, "reason", err, stackOf(err))
	}
}

// stackOf is what a report says of a panic; nothing of other errors.
func stackOf(err error) slog.Attr {
	var panicked *process.PanicError
	as := func() error { errors.As(err, &panicked); return nil }
	if try(as) != nil || panicked == nil { // its methods may panic
		return slog.Attr{}
	}
	return slog.String("stack", string(panicked.Stack))
}

// try turns a panic into an error.
func try(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &process.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Release drops what Start has made.
func (m *master) Release() { m.inst = Instance{} }

// Describe names the application to those who look at the process.
func (m *master) Describe() (behaviour, stateType string) { return "application", m.app.Name }
