package testkit

import (
	"errors"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// restarts is how many crashes in a second the test's supervisor takes: as
// many as a test may want to provoke, and too few to crash for ever.
const restarts = 1000

// Start starts a child under the test's supervisor and returns its reference,
// which survives restarts. It fails the test if the start fails. The child is
// restarted as its Restart says; it stops when the test ends, before the
// children that were started before it. (ExUnit: start_supervised!.)
//
// A child may be a whole tree.
func Start[R any](t *T, child supervisor.Child[R]) R {
	t.Helper()
	ref, err := supervisor.StartChild(t.lasting(), t.Supervisor(), child)
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	return ref
}

// Stop stops the child with the id and forgets it, so that another one may
// have the id. It fails the test if there is none. (ExUnit: stop_supervised!.)
func (t *T) Stop(id string) {
	t.Helper()
	ctx, sup := t.lasting(), t.Supervisor()
	if err := supervisor.TerminateChild(ctx, sup, id); err != nil {
		t.Fatalf("testkit: stop: %v", err)
	}
	// A temporary child is forgotten already.
	if err := supervisor.DeleteChild(ctx, sup, id); err != nil && !errors.Is(err, supervisor.ErrNotFound) {
		t.Fatalf("testkit: stop: %v", err)
	}
}

// Supervisor is the test's supervisor: OneForOne, and very patient. It starts
// with its first use. If it ends before the test does, the test fails.
func (t *T) Supervisor() supervisor.Ref {
	t.Helper()
	if !t.w.sup.IsZero() {
		return t.w.sup
	}
	tree := supervisor.Supervisor("test", supervisor.OneForOne, nil, supervisor.Intensity(restarts, time.Second))
	sup, err := supervisor.Start(t.lasting(), tree)
	if err != nil {
		t.Fatalf("testkit: start the test's supervisor: %v", err)
	}
	t.w.sup, t.w.supEnd = sup, t.Watch(sup.Dest())
	return sup
}

// stopChildren stops the test's supervisor.
func (t *T) stopChildren() {
	t.Helper()
	if t.w.sup.IsZero() {
		return
	}
	err := supervisor.Stop(t.lasting(), t.w.sup)
	switch {
	case errors.Is(err, process.NoProc):
		t.Errorf("testkit: the test's supervisor ended before the test: %v", t.w.supEnd.Reason())
	case err != nil:
		t.Errorf("testkit: stop the test's children: %v", err)
	}
}
