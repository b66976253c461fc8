// Package ownership finds out who owns each goroutine that a package starts: who
// joins it, awaits it, stops it, or nobody.
//
// It places every start (a go statement, a function handed to something that
// runs it in a goroutine of its own) on a lattice, best owner first:
//
//	Joined       a WaitGroup, an errgroup or a done channel is waited for elsewhere
//	Awaited      its result arrives on a channel that somebody receives from
//	Cancellable  a context or stop channel can end it, but nobody learns that it ended
//	Bounded      nothing in it runs for ever, as far as can be seen
//	Ownerless    it runs for ever, and nothing above holds
//
// Unknown is better than all of them, in the sense that nothing is said about it.
//
// # When it is silent
//
// Being silent is the default. A goroutine is Ownerless only if its own code, or
// a function it certainly calls, contains one of
//
//   - a loop that nothing leaves: no return, no break, no condition;
//   - a loop that only a channel or a context can end, where every such channel is
//     seen whole (it never leaves the package) and nothing closes it or sends on
//     it, and every such context comes from context.Background;
//   - a server call that lasts as long as the program (http.ListenAndServe), with
//     nothing that shuts the server down;
//   - an empty select.
//
// So these need no exception of their own: counted loops and retries, one-shot
// sends, closes and logs, handlers of one connection or request (a read error
// leaves their loop), watchers of the kind <-ctx.Done(); conn.Close(), pipeline
// stages whose channel somebody closes, workers that a flag or a condition
// variable stops. Neither is anything said when
//
//   - a join object (WaitGroup, done channel) can be seen by code outside the
//     package, or the goroutine defers a function that cannot be named: somebody
//     unknown may wait;
//   - the goroutine is started by main.main, or by a function that only main.main
//     or another such function calls, outside loops: it is the program's wiring;
//   - it is started once through a package-level sync.Once, or a package-level
//     variable that sync.OnceFunc, OnceValue or OnceValues made: a singleton that
//     lives, by intention, as long as the program;
//   - the loop receives os.Signal values: a signal handler;
//   - it is started in a test, whose joins do not count as owners either: a
//     WaitGroup that only tests wait for owns nothing.
//
// # How it knows
//
// Channels, WaitGroups, contexts, listeners and servers are followed through
// variables, fields, closures, parameters and results by unification: everything
// that may be the same object is one class, and what is done to one is done to
// the class. That errs towards more owners, hence towards silence. Fields are
// told apart by their types.Var, never by name. What leaves the package makes its
// class open, and an open class is never evidence of a missing owner.
//
// Functions of other packages are known by a Summary each, carried in a package
// fact that is closed over dependencies (vet keeps only the facts of direct
// imports).
//
// It is not a termination analysis: it never claims that a goroutine ends, only
// that some certainly do not.
package ownership
