package health

import (
	"context"
	"time"
)

// Option is an option of a Handler.
type Option func(*handler)

// DefaultTimeout is below the second that Kubernetes waits for a probe unless
// told otherwise.
const DefaultTimeout = 500 * time.Millisecond

// Timeout sets how long an answer may take in all: supervisors and checks that
// have not answered by then count as failed. The default is DefaultTimeout.
func Timeout(d time.Duration) Option { return func(h *handler) { h.timeout = d } }

// Check adds a condition of readiness, such as that the database answers. f
// gets a context that ends with the [Timeout]; an error or a panic is what is
// wrong. It runs beside the other checks, on a goroutine of its own, and is
// not called again before it has returned. Do not check what other replicas
// depend on too and a restart cannot mend: then all are unready at once.
func Check(name string, f func(ctx context.Context) error) Option {
	return func(h *handler) { h.checks = append(h.checks, &check{name: name, f: f}) }
}

// Ignore leaves children out of readiness, with all that is below them. A
// child is meant by its id, anywhere in the tree, or by its path from the
// root, such as "shop/cache".
func Ignore(ids ...string) Option {
	return func(h *handler) {
		for _, id := range ids {
			h.ignored[id] = true
		}
	}
}

// Until ends readiness with ctx: give it the context that supervisor.Run has
// and the first probe after the stop has begun fails. Without it a stop shows
// only in that the root, which is busy with it, does not answer.
func Until(ctx context.Context) Option { return func(h *handler) { h.until = ctx } }

// LiveWithin makes /live fail also when the root lives but has answered no
// probe for d, reckoned from the first that it did not answer, until the stop
// begins. So it takes two probes at least. The default is no bound: a supervisor
// does not answer while it starts or stops a child, which may take long.
func LiveWithin(d time.Duration) Option { return func(h *handler) { h.silence = d } }
