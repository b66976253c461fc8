// Package supervisor is OTP's supervisor: a process that starts its children
// in order, restarts those that end, and stops them in reverse order.
//
// A tree is declared with values. [Server], [Func], [Serve], [Opened],
// [Closer] and [Supervisor] each describe one child; [Child.Ref] is what its
// siblings hold, and it reaches whatever incarnation of the child runs:
//
//	items := supervisor.Server("items", stock.New)
//	tree := supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{
//		items,
//		supervisor.Serve("janitor", func() supervisor.Service { return janitor{items.Ref()} }),
//	})
//	err := supervisor.Run(ctx, tree) // until ctx ends; then janitor stops first, items last
//
// What restarts what is the supervisor's [Strategy]; whether a child is
// restarted at all is its [Restart]; how often is [Intensity]; how long a
// child may take to stop is [Child.Shutdown].
//
// A supervisor restarts state that went wrong by making it anew. It is not a
// retry loop (by default there is no back-off, see [Backoff]), not a health
// check, and not for children whose number depends on the load, which are
// package dynsupervisor's.
//
// # What cannot be killed
//
// OTP kills a child that does not stop within its shutdown time. A goroutine
// cannot be killed, so a child that is busy is abandoned instead: it is dead
// for everyone at once and may be replaced, but its handler may still run
// beside the replacement until it returns. See [Child.Shutdown] and package
// process.
//
// Behaviour follows the manual page supervisor(3) of Erlang/OTP;
// docs/conformance.md lists it case by case, and where Go differs.
package supervisor
