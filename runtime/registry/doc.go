// Package registry is Elixir's Registry: processes stand in it under keys of
// any comparable type, each entry with a value, and leave it when they end.
//
//	rooms := registry.New[string, int]("rooms") // a child of a supervisor; rooms.Ref() is the registry
//	...
//	err := r.Register(c, "lobby", 0)            // in a process: it stands under "lobby" from now on
//	lobby := registry.Via[*Room](r, "lobby")    // a reference that looks for it at each call
//
// With unique keys, the default, a key belongs to one process at a time: use
// it to find one process for each user, room or session, and [GetOrStart] to
// start it when there is none. With [Duplicate] keys any number of entries
// stand under a key: use that to reach all who are interested in something, or
// package pubsub, which is made of it.
//
// It is not a store: what is registered is the process, its value is for what
// finders need to know about it. For data use package ets. It knows the
// processes of one node.
//
// # Entries and their owners
//
// A process registers itself, with its own context, or is registered by its
// start, before its code runs: see [Registry.Entry]. Its entries are gone when
// it has ended, before anybody hears of the end, so that no Lookup finds a
// dead process and no dead process keeps a key. (In Elixir both can happen for
// a moment.)
//
// Its registrants are linked to the registry, in the persons of its
// partitions. If the registry ends they get its exit signal, and end too
// unless they trap exits; else they would live on and nobody could find them.
// A registry that is restarted begins empty.
//
// # When the registry does not run
//
// A *Registry stays valid over restarts. Between them nothing stands in it:
// whoever looks finds nobody, and what changes something fails with an error
// that wraps process.NoProc.
//
// All methods may be called from any goroutine. Lookups take no lock; a read
// sees each entry that stood there throughout, and may or may not see those
// that came or went meanwhile. Keys are compared with == and mean nothing
// else; a key of an interface type whose value cannot be compared panics, as
// in a map.
//
// Behaviour follows the module Registry of Elixir; docs/conformance.md lists
// it case by case.
package registry
