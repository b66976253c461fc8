// Package process is Erlang's process for Go: an identity with a mailbox, a
// state that only its own code touches, links and monitors that tell others
// how it ended, and timers. The behaviours (genserver, supervisor) are built
// on it; most programs use those and meet this package through PID, Name,
// Down, Exited and the exit reasons.
//
// It is not a scheduler and not a worker pool. A running process has a
// goroutine of its own, so a handler that blocks never stalls another
// process; an idle process driven by a [Behaviour] gives its goroutine back
// and costs a few hundred bytes.
//
// # What a goroutine cannot do
//
// Erlang can kill a process in the middle of an instruction; Go can not stop
// a goroutine from outside. An exit signal therefore works like this:
//
//   - An idle process ends at once.
//   - A process that is running a callback has its [Context] cancelled at
//     once and ends when the callback returns. Callbacks that may take long
//     hand the context on to whatever they wait for.
//   - [Kill] abandons a process that is busy: for everybody else it is dead
//     at once (its PID, its name, its links and monitors, its callers), what it
//     sends with its own context is refused with [ErrFenced], and a warning
//     with the stuck goroutine's stack is logged. The callback itself may go
//     on running, beside the process's replacement, until it returns.
//     What it does with another context or with plain memory can not be fenced.
//
// A panic or a runtime.Goexit ends the process it happens in and nothing
// else. What Go itself cannot recover from ends the program all the same: a
// concurrent map write, a stack overflow, running out of memory, os.Exit, and
// a panic in a goroutine that a callback started with a bare go statement.
//
// # Memory model and order
//
// A send happens before the receipt of the message, a call before its
// handler, a reply before the return of the call, and everything that a
// process did before the receipt of its Down or Exited. Messages from one
// goroutine to one process arrive in the order in which they were sent, and
// before the Down that tells of the sender's death. Between different senders
// there is no order. Messages are Go values: what they point to is shared,
// not copied.
//
// # Tests with testing/synctest
//
// Processes work in a synctest bubble: timeouts, timers, restarts and
// shutdown times pass in virtual time, and synctest.Wait returns when every
// process waits for something. A process that is started in a bubble (its
// fake clock, which begins in the year 2000, tells) neither keeps its
// goroutine parked after the last message nor shares pooled ones and pooled
// requests with the program outside, since a channel must not leave its
// bubble. It means the same with and without; only its messages cost more, so
// measure outside.
//
// Start in the bubble what you use in it. A process that was started outside
// has its timers there, and when a message from the bubble wakes it while it
// is idle, its goroutine begins in the bubble and parks there, at which
// synctest.Test panics in the end. A node may be used on both sides.
package process
