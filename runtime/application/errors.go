package application

import (
	"errors"
	"fmt"
	"strings"
)

// ErrShutdown refuses to start an application once [Controller.Shutdown] has
// begun.
var ErrShutdown = errors.New("application: the controller has been shut down")

// NotStarted says that an application does not run: one that another needs,
// or that should be stopped. (OTP: {not_started, App}.)
type NotStarted struct {
	App string
	For string // the application that needs it, "" if none does
}

func (e *NotStarted) Error() string {
	if e.For == "" {
		return fmt.Sprintf("application: %q is not started", e.App)
	}
	return fmt.Sprintf("application: %q needs %q, which is not started; start it before, or use EnsureAllStarted", e.For, e.App)
}

// AlreadyStarted refuses to start an application that runs. (OTP:
// {already_started, App}.)
type AlreadyStarted struct{ App string }

func (e *AlreadyStarted) Error() string {
	return fmt.Sprintf("application: %q is already started", e.App)
}

// StartError says why an application did not start.
type StartError struct {
	App    string
	Reason error // of its Start, its tree, a phase (*PhaseError), or the context's
}

func (e *StartError) Error() string {
	return fmt.Sprintf("application: %q failed to start: %v", e.App, e.Reason)
}
func (e *StartError) Unwrap() error { return e.Reason }

// PhaseError says which phase of a start failed.
type PhaseError struct {
	Phase  string
	Reason error
}

func (e *PhaseError) Error() string { return fmt.Sprintf("phase %q: %v", e.Phase, e.Reason) }
func (e *PhaseError) Unwrap() error { return e.Reason }

// NodeDown says which application took the others with it, and why it ended.
// It does not unwrap to Reason: a tree that gave up ended with a clean reason,
// but for whoever runs the controller that is a failure.
type NodeDown struct {
	App    string
	Mode   Mode
	Reason error // the exit reason of its tree
}

func (e *NodeDown) Error() string {
	return fmt.Sprintf("application: %v application %q ended: %v", e.Mode, e.App, e.Reason)
}

// Problem is what is wrong with an App.
type Problem string

const (
	NilApp         Problem = "it is nil"
	MissingName    Problem = "it has no name"
	DuplicateName  Problem = "another application has the same name"
	CyclicNeeds    Problem = "it needs itself"
	InvalidMode    Problem = "its mode is none of Temporary, Transient and Permanent"
	InvalidSetting Problem = "a setting of its environment is the zero value; make them with Key.Value"
)

// SpecError refuses applications before any of them is started.
type SpecError struct {
	Path    []string // names from the application that was asked for, along Needs, to the one that is meant
	Problem Problem
}

func (e *SpecError) Error() string {
	return fmt.Sprintf("application: %q: %s", strings.Join(e.Path, " needs "), string(e.Problem))
}
