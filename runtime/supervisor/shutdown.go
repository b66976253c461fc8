package supervisor

import (
	"context"
	"slices"
	"time"

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
		if reason := shutDown(c.Context, e.pid, e.shutdown); !isExpected(e.shutdown, reason) {
			s.report(c, "child did not shut down cleanly", e, reason)
		}
	}
	s.stopped(e)
}

// isExpected reports whether a child that was stopped need not be reported.
// NoProc is of one that was quicker than the supervisor's look: if it
// crashed, its process has said so.
func isExpected(limit time.Duration, reason error) bool {
	return process.Clean(reason) || reason == process.NoProc || limit == BrutalKill && reason == process.Killed
}

// shutDown asks the child to stop, kills it when its time is over, and
// returns its exit reason once it is dead for everyone. It returns early only
// if the supervisor itself was killed.
func shutDown(c *process.Context, pid process.PID, limit time.Duration) error {
	if limit != BrutalKill {
		process.Exit(c, pid, process.Shutdown)
		if reason, ok := await(c, pid, limit); ok {
			return reason
		}
	}
	process.Exit(c, pid, process.Kill)
	process.Wait(c, pid)
	return process.Killed
}

// await waits for the process's end for as long as it may take.
func await(ctx context.Context, pid process.PID, limit time.Duration) (reason error, ended bool) {
	if limit != Infinity {
		limited, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		ctx = limited
	}
	reason, err := process.Wait(ctx, pid)
	return reason, err == nil
}
