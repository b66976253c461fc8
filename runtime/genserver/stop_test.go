package genserver_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// several is an error of a type that cannot be compared, as go/scanner's ErrorList.
type several []error

func (several) Error() string { return "several" }

// Stop takes any error for a reason: one that cannot be compared panicked in it.
func TestStopWithIncomparableReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		r := run(w, server{})
		if err := genserver.Stop(w.Ctx, r.ref, several{errBoom}); err != nil {
			t.Errorf("stop: %v", err)
		}
		r = run(w, server{terminate: func(*genserver.Context, error) { panic("terminate") }})
		if err := genserver.Stop(w.Ctx, r.ref, several{errBoom}); !panics(err) {
			t.Errorf("stop: %v, want the panic", err)
		}
	})
}

// Two servers that stop each other hear that they wait for themselves; they waited without a limit.
func TestStopsInACircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		a, b := serve(w, server{}), serve(w, server{})
		results := make(chan error, 2)
		stops := func(other ref) tell {
			return tell{f: func(c *genserver.Context) genserver.Result {
				time.Sleep(time.Second) // both are in their callbacks
				within(t, "the stop", func() { results <- genserver.Stop(c, other, nil) })
				return c.NoReply()
			}}
		}
		genserver.Cast(w.Ctx, a.ref, stops(b.ref))
		genserver.Cast(w.Ctx, b.ref, stops(a.ref))
		var deadlock *genserver.DeadlockError
		if first, second := <-results, <-results; !errors.As(first, &deadlock) && !errors.As(second, &deadlock) {
			t.Errorf("stops: %v, %v, want a deadlock", first, second)
		}
	})
}

// broken is an error that cannot tell what it wraps, as any nil pointer to an error type.
type broken struct{ err error }

func (b *broken) Error() string { return "broken" }
func (b *broken) Unwrap() error { return b.err }

// A reason whose methods panic is a reason: its start fails at once, where it hung, and Terminate runs once, where it ran twice.
func TestReasonThatPanics(t *testing.T) {
	var reason *broken
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		_, err := genserver.Start(w.Ctx, func() *server {
			return &server{journal: &journal{}, init: func(c *genserver.Context) genserver.Result { return c.Stop(reason) }}
		})
		if err == nil {
			t.Error("started")
		}
		r := serve(w, server{handleInfo: func(c *genserver.Context, _ any) genserver.Result { return c.Stop(reason) }})
		process.Send(w.Ctx, r.pid, "stop")
		r.Want(reason)
		r.wantTerminated(t, reason)
	})
}
