package task

import (
	"context"

	"github.com/otplint/otplint/runtime/process"
)

// Done is how a task ended: Value and Err are what Await returns. It is the
// message that Notify asks for, and what YieldMany returns of each task.
type Done[T any] struct {
	Task  *Task[T]
	Value T
	Err   error
}

// Notify has the result sent to c's process too: a server gets a Done[T] in
// HandleInfo, once, when the task is done, also when it has crashed. The
// message passes a full mailbox. It comes before what a link or a monitor
// tells of the task's end. So a server stays free for others meanwhile:
//
//	t, err := task.AsyncNoLink(c, tasks, work)
//	...
//	t.Notify(c.Context)
//	return c.NoReply()
func (t *Task[T]) Notify(c *process.Context) { t.listen(notice[T]{t, c.Self()}) }

// notice is a listener that sends a message.
type notice[T any] struct {
	t  *Task[T]
	to process.PID
}

func (n notice[T]) hear() {
	// Not with the task's context, which may be dead already.
	_ = process.Post(context.Background(), n.to, process.KindInfo, n.t.outcome(), false)
}

// outcome is how a task ended that is settled.
func (t *Task[T]) outcome() Done[T] { return Done[T]{Task: t, Value: t.value, Err: t.err} }
