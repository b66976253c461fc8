// Package task is Elixir's Task: a function that runs in a process of its own,
// for one answer. It is for work that needs no state: two things at once, a
// slow thing beside a server, a function for each of many items.
//
//	t := task.Async(ctx, func(ctx context.Context) (Price, error) { return quote(ctx, item) })
//	... // something else meanwhile
//	price, err := t.Await(ctx)
//
// [Async] is go with an answer, [AsyncStream] an errgroup with results, and
// [Start] go for what nobody waits for. [AsyncIn] and its like run the function
// under a supervisor, so that it is seen, bounded in number, and stopped with
// the tree.
//
// # Results and crashes
//
// What the function returns is the result, the error too: it comes out of
// Await as it is, and harms nobody. A panic, a runtime.Goexit, and an exit
// signal are a crash: the task's process ends with that reason, Await returns
// an *ExitError, and the link takes the reason to the process that called
// Async, which ends with it unless it traps exits. So a task that matters for
// its caller crashes with it; for one that does not, see [AsyncNoLink]. With
// [Start], [StartLink], [StartIn] and [Child] nobody waits, so there an error
// is a crash, as for supervisor.Func.
//
// The result travels by the Task value, never through the caller's mailbox,
// unless [Task.Notify] asks for that. A process that traps exits is told by the
// link, as in OTP, of the end of each task that it is linked to, the normal one
// included.
//
// # Whose task it is
//
// A task that a process started, with its own context or one made from it,
// belongs to that process: another one that awaits it gets ErrNotOwner. Of a
// plain goroutine Go cannot tell who it is, so it may await any.
//
// # Contexts
//
// The function's context is of its own process, with the values and the
// deadline of the caller's. It ends when the caller's ends, when the task gets
// an exit signal, and when the function has returned. A caller's process that
// ends takes its tasks along by the link: with its reason, unless that is
// normal, which a link ignores. What is started with Start or without a link
// has only the values.
//
// A goroutine cannot be stopped from outside. A task that is killed, by a
// Shutdown whose limit is over or by a stream's timeout, is dead for everybody
// at once; but if its function does not watch its context, that is abandoned
// and may go on running until it returns. See package process.
//
// # What it is not for
//
// It is not a worker pool: each task and each item of a stream has a process,
// which costs a few times what a bare goroutine costs; let an item be some tens
// of microseconds of work, or many small ones. What keeps a state or gets
// several messages is a genserver, what runs as long as the program a child of
// a supervisor.
//
// Behaviour follows the modules Task and Task.Supervisor of Elixir;
// docs/conformance.md lists it case by case.
package task
