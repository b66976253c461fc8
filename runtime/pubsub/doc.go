// Package pubsub is Phoenix.PubSub on one node: processes subscribe to topics,
// anybody broadcasts to them.
//
//	const Orders = pubsub.Topic[OrderPlaced]("orders")
//
//	events := pubsub.New("events")                        // a child of a supervisor; events.Ref() is the PubSub
//	err := pubsub.Subscribe(c, ps, Orders)                // in a process: its HandleInfo gets each OrderPlaced
//	err = pubsub.Broadcast(ctx, ps, Orders, OrderPlaced{ID: 7}) // anywhere
//
// A topic carries one type of message: what else is broadcast to it, or
// expected of it, does not compile. A message arrives as it is, in a server's
// HandleInfo or a plain process's Receive. It is shared by all who get it, so
// nobody may change what it points to.
//
// Delivery is best effort, at most once: there is no acknowledgement, nothing
// is kept for those who subscribe later, and a subscriber that ends loses what
// it had not handled. For work that must be done, call a server.
//
// A broadcast puts the message into each mailbox and waits for nobody, so that
// a slow subscriber does not hold up the others or the publisher. One that may
// fall behind for good should bound its mailbox (genserver.Bounded): what
// that refuses or drops is counted in process.Info.Lost, and logged. A message
// is lost then even if the mailbox would make other senders wait.
//
// Messages of one publisher, that is of one goroutine, arrive in the order in
// which it broadcast them.
//
// A PubSub is a registry of duplicate keys, and subscribers are its
// registrants: a subscription ends with its process, and a process is linked to
// the PubSub while it has any, so that it ends with that too rather than
// listening for ever to nothing. See package registry.
//
// Behaviour follows the library Phoenix.PubSub; docs/conformance.md lists it
// case by case.
package pubsub
