// Package health answers an orchestrator's probes, such as those of
// Kubernetes, by looking at a supervision tree:
//
//   - /live fails when the tree has ended: only a new start of the program
//     helps. Whatever else is wrong supervisors are there to mend, and a busy
//     one is no reason to kill the program.
//   - /ready fails while a child does not run that should, while a supervisor
//     does not answer, while a [Check] fails, and from the moment that the
//     stop begins ([Until]): requests had better go elsewhere.
//
// A probe that fails gets the status 503 and, in JSON, which child does not
// run and why. That is for the operator: the text of errors is in it, so
// serve the probes on a port of their own, which the public does not reach.
//
// # Where the probes' server stands
//
// First in the tree, a child of its own. Children are stopped in the reverse
// of the order of their start, so it answers while all the others start and
// stop: "not ready" for as long as the public server, the last child, drains
// its clients. If the probes were served by the public server, they would be
// refused from the beginning of the stop, as all new connections are.
//
// The orchestrator learns that the program is stopping a moment after it has
// told it so, and new connections come until then. A child at the very end of
// the list that does nothing but take a few seconds to stop gives it the time.
//
// It is not for metrics, nor for alerts on what goes wrong now and then: a
// crash whose restart took a millisecond is no readiness that was lost.
package health
