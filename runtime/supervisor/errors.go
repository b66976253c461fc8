package supervisor

import (
	"errors"
	"fmt"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// What the management functions fail with, wrapped with the child's id.
var (
	ErrNotFound       = errors.New("no such child")
	ErrRunning        = errors.New("the child is running")
	ErrRestarting     = errors.New("the child is being restarted")
	ErrAlreadyPresent = errors.New("a child of this id is present, but does not run; restart or delete it")
)

// AlreadyStarted refuses to start a child under an id that a running child
// has (OTP: {already_started, Pid}).
type AlreadyStarted struct {
	ID  string
	PID process.PID // zero while that child is being restarted
}

func (e *AlreadyStarted) Error() string {
	return fmt.Sprintf("supervisor: child %q is already started as %v", e.ID, e.PID)
}

// StartError says which child failed to start (OTP: failed_to_start_child).
// As the exit reason of a supervisor it is wrapped in a process.ShutdownReason.
type StartError struct {
	ID     string
	Reason error // the child's exit reason
}

func (e *StartError) Error() string {
	return fmt.Sprintf("child %q failed to start: %v", e.ID, e.Reason)
}
func (e *StartError) Unwrap() error { return e.Reason }

// GaveUp says why a supervisor ended itself: a child ended once more than its
// intensity allows to restart. It comes wrapped in a process.ShutdownReason,
// where OTP's reason is a bare shutdown. It does not unwrap to Reason: what the
// child ended with is not what the supervisor ends with.
type GaveUp struct {
	ID       string        // of the child that was one too many
	Restarts int           // of any children, within
	Period   time.Duration // the period
	Reason   error         // why the child ended, or could not be restarted
}

func (e *GaveUp) Error() string {
	hint := ""
	if process.Clean(e.Reason) {
		hint = "; a child that may end by itself is Transient or Temporary"
	}
	return fmt.Sprintf("child %q ended after %d restarts in %v: %v%s", e.ID, e.Restarts, e.Period, e.Reason, hint)
}

// childError wraps one of the errors above.
func childError(id string, err error) error { return fmt.Errorf("supervisor: child %q: %w", id, err) }
