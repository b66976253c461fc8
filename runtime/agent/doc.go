// Package agent is Elixir's Agent: a process that does nothing but keep a
// value, which functions that run in the process read and change, one at a
// time.
//
//	hits := agent.Child("hits", func() int { return 0 }) // a child of a supervisor
//	...
//	err := agent.Update(ctx, hits.Ref(), func(n int) int { return n + 1 })
//	n, err := agent.Get(ctx, hits.Ref(), func(n int) int { return n })
//
// An update reads and writes in one function. Get followed by Update with what
// was got loses what others did in between.
//
// # When an agent is the wrong choice
//
// An agent answers one function after the other. Reads that should scale
// belong in a table, which readers share: package ets. A value with rules,
// that is with logic that only some changes may obey, with timers, with
// messages from others, belongs in a server whose messages name what may be
// done with it: package genserver. Either way, keep the calls of this package
// in one package of yours, behind functions with names of their own; when
// functions that change one value stand all over a program, nobody knows what
// the value may be. Work that needs no state is a task's.
//
// # What functions do
//
// A function holds up the agent while it runs: compute what takes long before
// or after. If it panics, the agent crashes and the caller gets the panic as
// the Reason of a *genserver.CallError; a supervised agent begins again with a
// new value. A function whose caller has given up is run all the same.
//
// What a function returns to its caller must not share with the value
// anything that changes: return a copy of a slice or a map, not the slice or
// the map itself. The same goes for what a function puts into the value. Go
// does not copy it between processes as Elixir does, so what is shared is a
// data race.
//
// # Calls from inside
//
// A call to an agent from inside its own function can never be answered. With
// the context that [Do] gives its function, Go knows who calls: it fails at
// once with genserver.ErrCallingSelf, to the function, and the agent lives
// unless the function panics. With the caller's context, the one that Get and
// Update were called with, it waits until its time is over, and the agent with
// it. The same holds for circles of agents and servers.
//
// Behaviour follows the module Agent of Elixir; docs/conformance.md lists it
// case by case.
package agent
