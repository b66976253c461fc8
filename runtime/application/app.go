package application

import (
	"context"

	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// App describes an application. It stands for one application, as its
// address: others name it in Needs. It is not changed once a [Controller] has
// seen it.
type App struct {
	// Name is its name in errors and logs, unique among what a controller runs.
	Name string
	// Needs are the applications that must run when it starts.
	Needs []*App
	// Mode says what its end means for the others. The default is Temporary.
	Mode Mode
	// Env are the defaults of its environment, see [Key].
	Env []Setting
	// Start makes one run of the application. It is given the context of the
	// application's process, which lives as long as the application does. An
	// error or a panic fails the start; then there is no Stop to close what
	// Start has opened.
	//
	// An application without Start is a library (OTP: one without mod): it
	// has an environment and needs, counts as running, and runs nothing.
	Start func(ctx context.Context) (Instance, error)
}

// Instance is one run of an application: what its Start returns. The functions
// may be nil. They run in the application's process, one at a time, take as
// long as they like, and share what they need as variables of Start.
type Instance struct {
	// Tree is the application's supervision tree, which is started next. Make
	// it anew in each Start: a Child that runs can not be started again.
	Tree supervisor.Child[supervisor.Ref]
	// Phases run when the tree stands, in this order; only then has the
	// application started. (OTP: start_phases.)
	Phases []Phase
	// PrepStop runs before the tree is stopped. If the tree has ended by
	// itself it runs all the same, and finds it dead. (OTP: prep_stop/1.)
	PrepStop func(ctx context.Context)
	// Stop runs when the tree has stopped; calls to it find nobody. It is for
	// what Start has opened: it runs also if the tree or a phase fails to
	// start. (OTP: stop/1.)
	Stop func(ctx context.Context)
}

// Phase is a step of an application's start that needs the whole tree: filling
// a cache, announcing the node. If it fails or panics, the tree is stopped and
// the start fails. (OTP: start_phase/3.)
type Phase struct {
	Name string
	Run  func(ctx context.Context) error
}

// Mode says what becomes of the other applications when the tree of this one
// ends by itself. "The node goes down" means that its controller stops all
// applications, in the reverse order of their start, and starts none any more.
// An application that was stopped with [Controller.Stop] takes nobody with it.
// (OTP: the restart type of application:start/2; nothing is restarted.)
type Mode uint8

const (
	// Temporary lets the others live, whatever the reason.
	Temporary Mode = iota
	// Transient takes the node down unless the reason is process.Normal. A
	// tree that gives up ends with process.Shutdown, so that does: the
	// opposite of a supervisor's transient children.
	Transient
	// Permanent takes the node down, whatever the reason.
	Permanent
)

var modeNames = [...]string{"temporary", "transient", "permanent"}

func (m Mode) String() string {
	if int(m) >= len(modeNames) {
		return "invalid"
	}
	return modeNames[m]
}

// takesDown reports whether the end of an application's tree is the node's.
func (m Mode) takesDown(reason error) bool {
	return m == Permanent || m == Transient && !normal(reason)
}

// normal reports whether reason is Normal for a transient application. A
// shutdown is not, even if normal is its detail.
func normal(reason error) bool {
	return reasons.Is(reason, process.Normal) && !reasons.Is(reason, process.Shutdown)
}
