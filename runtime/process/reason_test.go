package process_test

import (
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// broken is an error that cannot tell what it wraps, as any nil pointer to an error type.
type broken struct{ err error }

func (b *broken) Error() string { return "broken" }
func (b *broken) Unwrap() error { return b.err }

// A reason whose methods panic ends the process it is given to and harms neither those who hear of it nor a starter. They used to be
// asked under the process's mutex.
func TestReasonThatPanics(t *testing.T) {
	var reason *broken
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		watcher, linked, returns, signalled := w.Puppet(), w.Trapping(), w.Puppet(), w.Puppet()
		linked.Link(returns.PID)
		ref := watcher.Monitor(signalled.PID)
		returns.Exit(reason)
		process.Exit(w.Ctx, signalled.PID, reason)
		returns.Want(reason)
		signalled.Want(reason)
		wantDown(t, watcher, ref, signalled.PID, reason)
		if got := linked.Got(); len(got) != 1 || got[0] != (process.Exited{From: returns.PID, Reason: reason}) {
			t.Errorf("messages: %#v", got)
		}
		if _, err := process.Start(w.Ctx, failing{reason}); err != reason {
			t.Errorf("start: %v", err)
		}
	})
}

// failing is a behaviour whose Init fails.
type failing struct{ reason error }

func (f failing) Init(*process.Context) error                    { return f.reason }
func (failing) Begin(*process.Context) error                     { return nil }
func (failing) Handle(*process.Context, *process.Envelope) error { return nil }
func (failing) Terminate(*process.Context, error)                {}
func (failing) Release()                                         {}
func (failing) Describe() (behaviour, stateType string)          { return "failing", "" }
