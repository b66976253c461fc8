// Package ets is OTP's term storage: tables in memory that many processes read
// at once without sending a message, and that end with the process that owns
// them. A [Set] keeps a value per key, an [OrderedSet] too and in the order of
// the keys, a [Bag] any number of values per key.
//
//	stock := ets.Child("stock", func(ctx context.Context) (*ets.Set[string, int], error) {
//		return ets.NewSet[string, int](ctx, ets.Named("stock"), ets.WithAccess(ets.Public))
//	})
//	...
//	table, err := stock.Ref().Get()
//	n, err := table.Get(ctx, "apples")
//	n, err = ets.UpdateCounter(ctx, table, "apples", -1)
//
// It is for what is read far more often than written and must not wait for one
// mailbox: caches, routes, settings, counters. It is not a database (nothing is
// stored on disk, and there are no transactions over several tables), not a
// lock-free way around a server whose state has rules (several steps that
// belong together are a server's), and not shared between machines.
//
// # The owner
//
// A table belongs to the process whose context it was made with. When that
// ends, for whatever reason, the table goes to its heir or is gone, before
// anybody hears of the end: no Down arrives, no call fails and no restart
// begins while a table of the dead can be read. What uses a table that is gone
// fails with [ErrNoTable]. A child that only owns the table, [Child], keeps it
// over crashes of the servers that use it.
//
// # Who may use it
//
// Everybody reads a [Protected] table and its owner writes to it; [Public] and
// [Private] say otherwise. Who asks is the process that the context belongs
// to, so whatever a callback hands its context to counts as its process. A
// public table looks at no context at all: it takes the writes of a process
// that was killed and whose callback goes on as those of anybody.
//
// # What is atomic
//
// Each method that names one key is atomic and isolated: it takes effect at
// one moment between its beginning and its end, for all goroutines. That goes
// for UpdateCounter, Update, PutNew and Take too. PutAll, PutAllNew and Clear
// are so for all their entries, against each other, single reads and single
// writes.
//
// A traversal (All, Match) of an ordered set is one snapshot. That of a set or a
// bag is not: it visits what is there all the time exactly once, what comes
// or goes meanwhile perhaps, and may see a part of a PutAll. It holds no lock
// while the loop's body runs, so that the body may use the table, also to
// write to it. CountMatch and DeleteMatch are traversals. A traversal ends when
// the table ends or is cleared; Err tells afterwards.
//
// Functions given to Update, Match and the like run outside all locks. Only the
// comparison of an ordered set runs inside.
//
// # Memory
//
// A write to a table happens before every read that sees it, in the sense of
// the Go memory model, so what a value points to may be read without a lock by
// whoever gets it.
//
// Values are Go values, not copies as in OTP: what a value points to is shared
// by the one who put it and all who get it, and must not be changed by any of
// them any more. Slices, maps and pointers are such; put a new one instead of
// changing the old, or have the table make copies with [Copy].
//
// # Cost
//
// Reads of a set or a bag take no lock and write no memory that others read.
// Changes of one key go on side by side; PutAll, PutAllNew and Clear make
// other changes and reads wait. An ordered set makes one change after the
// other, for which reads wait; reads go on side by side, and take no lock at
// all while nothing was written since the last traversal. The traversal of a
// set or a bag looks each key up, that of an ordered set costs a third.
//
// Behaviour follows the manual page ets(3) of Erlang/OTP; docs/conformance.md
// lists it case by case, and where Go differs.
package ets
