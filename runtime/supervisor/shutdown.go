package supervisor

import (
	"context"
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// stopAll stops children in the reverse of the order they were started in,
// one after the other.
func (s *Sup) stopAll(c *genserver.Context, group []*entry) {
	for _, e := range slices.Backward(slices.Clone(group)) {
		s.stop(c, e)
	}
}

// stop stops one child, if it runs, and ends the attempts to restart it.
func (s *Sup) stop(c *genserver.Context, e *entry) {
	if e.state == Running {
		// Its Exited is in the mailbox now or soon, and will find no entry.
		if reason := s.shutDown(c, e); !expected(e, reason) {
			s.report(c, "child did not shut down cleanly", e, reason)
		}
	}
	s.stopped(e)
}

// expected reports whether a child that was stopped need not be reported.
// NoProc is of one that was quicker than the supervisor's look: if it
// crashed, its process has said so.
func expected(e *entry, reason error) bool {
	return process.Clean(reason) || reason == process.NoProc || e.shutdown == BrutalKill && reason == process.Killed
}

// shutDown asks the child to stop, kills it when its time is over, and
// returns its exit reason once it is dead for everyone. It returns early only
// if the supervisor itself was killed.
func (s *Sup) shutDown(c *genserver.Context, e *entry) error {
	if e.shutdown != BrutalKill {
		process.Exit(c, e.pid, process.Shutdown)
		if reason, ok := await(c, e); ok {
			return reason
		}
	}
	process.Exit(c, e.pid, process.Kill)
	process.Wait(c, e.pid)
	return process.Killed
}

// await waits for the child's end for as long as it may take.
func await(ctx context.Context, e *entry) (reason error, ended bool) {
	if e.shutdown != Infinity {
		limited, cancel := context.WithTimeout(ctx, e.shutdown)
		defer cancel()
		ctx = limited
	}
	reason, err := process.Wait(ctx, e.pid)
	return reason, err == nil
}
