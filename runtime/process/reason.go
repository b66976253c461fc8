package process

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/otplint/otplint/runtime/internal/reasons"
)

// Exit reasons. A reason is an error; nil stands for Normal wherever a reason
// is given. See the Erlang reference manual, Processes, section Errors.
var (
	// Normal is the reason of a process that has finished its work. As an
	// exit signal it is ignored unless the receiver traps exits.
	Normal = errors.New("normal")
	// Shutdown is the reason of an orderly stop, such as a supervisor's.
	Shutdown = errors.New("shutdown")
	// Kill, given to [Exit], ends a process that traps exits too. Its links
	// and monitors see Killed.
	Kill = errors.New("kill")
	// Killed is the reason of a process that was ended by Kill.
	Killed = errors.New("killed")
	// NoProc says that there is no such process (any more).
	NoProc = errors.New("no process")
)

var (
	// ErrTimeout says that an answer, a start or a message did not come in
	// time. It is a context.DeadlineExceeded for errors.Is.
	ErrTimeout error = timeoutError{}
	// ErrFenced refuses what is sent with the context of a process that has
	// ended or was abandoned.
	ErrFenced = errors.New("fenced: the sending process has ended")
	// ErrIgnore is returned by a start whose Init asked to be ignored.
	ErrIgnore = errors.New("ignore")
	// ErrNameTaken refuses to register a name that a live process has.
	ErrNameTaken = errors.New("name taken")
	// ErrHasName refuses a second name for the same process.
	ErrHasName = errors.New("process already has a name")
	// ErrInCallback is what Receive fails with inside a callback of a
	// Behaviour: messages come to its handler, one at a time.
	ErrInCallback = errors.New("receive inside a behaviour's callback: the process gets its messages through its handler")
)

type timeoutError struct{}

func (timeoutError) Error() string        { return "timeout" }
func (timeoutError) Timeout() bool        { return true }
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// AlreadyStarted refuses to start a process under a name that is taken
// (OTP: {already_started, Pid}).
type AlreadyStarted struct {
	Name Name // "" if it is an entry in a registry that is taken
	PID  PID  // the process that has the name
}

func (e *AlreadyStarted) Error() string {
	if e.Name == "" { // it is a registry that says so, and adds the key
		return fmt.Sprintf("already started: %v", e.PID)
	}
	return fmt.Sprintf("already started: %q is %v", string(e.Name), e.PID)
}

// Is makes an AlreadyStarted an ErrNameTaken.
func (e *AlreadyStarted) Is(target error) bool { return target == ErrNameTaken }

// ShutdownReason is an orderly stop that says why, OTP's {shutdown, Detail}.
// It is a Shutdown for errors.Is.
type ShutdownReason struct{ Detail error }

func (e *ShutdownReason) Error() string { return fmt.Sprintf("shutdown: %v", e.Detail) }

// Is makes it a Shutdown.
func (e *ShutdownReason) Is(target error) bool { return target == Shutdown }

func (e *ShutdownReason) Unwrap() error { return e.Detail }

// PanicError is the exit reason of a process whose code panicked.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where, as runtime/debug.Stack prints it
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap gives the panic's value where that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// GoexitError is the exit reason of a process whose code called
// runtime.Goexit, as a test's FailNow does.
type GoexitError struct{ Stack []byte }

func (e *GoexitError) Error() string { return "runtime.Goexit in a process" }

// unwound turns what recover returned in a deferred function of code that
// did not return into the exit reason.
func unwound(recovered any) error {
	if recovered == nil {
		return &GoexitError{Stack: debug.Stack()}
	}
	return &PanicError{Value: recovered, Stack: debug.Stack()}
}

// Clean reports whether reason is one that OTP does not hold for a crash:
// nil, Normal, Shutdown or a ShutdownReason. It uses errors.Is, so an error
// that wraps one of them is clean too.
func Clean(reason error) bool {
	return reason == nil || reasons.Is(reason, Normal) || reasons.Is(reason, Shutdown)
}
