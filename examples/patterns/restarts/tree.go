// Package restarts shows what is restarted, with whom, how often, and when the supervisor gives up instead.
package restarts

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Tree is a tree whose feed depends on another machine: feed is tried again with pauses, for some minutes, alone. The
// rest may crash three times in ten seconds; more is no accident, and the program had better end.
func Tree(feed, index func(ctx context.Context) error) supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Supervisor("remote", supervisor.OneForOne, []supervisor.Spec{
			supervisor.Func("feed", feed), // Permanent: it is restarted whenever it ends
		}, supervisor.Intensity(30, 5*time.Minute), supervisor.Backoff(100*time.Millisecond, 15*time.Second)),
		supervisor.Func("index", index).Restart(supervisor.Transient), // until it has returned nil
	}, supervisor.Intensity(3, 10*time.Second))
}

// Session is a child that is never restarted: its client begins another one.
func Session(serve func(ctx context.Context) error) supervisor.Child[process.Dest] {
	return supervisor.Func("session", serve).Restart(supervisor.Temporary).Shutdown(time.Second)
}
