// Package migrated is the service of testdata/before after the last step.
package migrated

import (
	"context"
	"slices"
	"time"

	"github.com/otplint/otplint/examples/patterns/sessions"
	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// Visits is a table of counters, which needs no server: each count is one atomic step.
type Visits = supervisor.Resource[*ets.Set[string, int]]

// VisitsChild owns the table.
func VisitsChild(id string) supervisor.Child[Visits] {
	return ets.Child(id, func(ctx context.Context) (*ets.Set[string, int], error) {
		return ets.NewSet[string, int](ctx, ets.WithAccess(ets.Public))
	})
}

// Count counts a visit and returns how many there were.
func Count(ctx context.Context, v Visits, link string) (int, error) {
	table, err := v.Get()
	if err != nil {
		return 0, err
	}
	return ets.UpdateCounter(ctx, table, link, 1, ets.Default(0))
}

// Visit notes a link in the user's session, which begins with the first and ends by itself.
func Visit(ctx context.Context, ss sessions.Sessions, user, link string) error {
	_, err := sessions.Add(ctx, ss, user, link)
	return err
}

// Visited is what happens.
type Visited struct{ Link string }

// Links is the topic that tells of visits.
const Links = pubsub.Topic[Visited]("links")

// Bridge hands events to a channel, for code that has not moved yet. Like the old hub it loses what finds no room.
func Bridge(id string, bus *pubsub.PubSub, to chan<- string) supervisor.Child[process.Dest] {
	return supervisor.Process(id, func(c *process.Context) error {
		if err := pubsub.Subscribe(c, bus, Links); err != nil {
			return err
		}
		for {
			event, err := process.ReceiveMatch(c, func(Visited) bool { return true })
			if err != nil {
				return nil // it is asked to stop
			}
			select {
			case to <- event.Link:
			default:
			}
		}
	})
}

// CheckAll looks whether links work, ten at a time: an error for each link, in order. A check that panics or takes too
// long is one that failed. When ctx ends, the last error says so and the rest is left out.
func CheckAll(ctx context.Context, links []string, check func(ctx context.Context, link string) (struct{}, error)) (errs []error) {
	for _, err := range task.AsyncStream(ctx, slices.Values(links), check,
		task.MaxConcurrency(10), task.Timeout(10*time.Second), task.KillOnTimeout()) {
		errs = append(errs, err)
	}
	return errs
}
