// Package observer shows a live node in a browser, as Erlang's observer and
// Phoenix's LiveDashboard do: the supervision trees, the processes, one
// process with its links and monitors, the tables and registries. Every page is
// there as JSON too.
//
//	http.Handle("/debug/observer/", http.StripPrefix("/debug/observer", observer.Handler(ctx)))
//
// Nothing is shown unless a program mounts the [Handler] or starts a [Child],
// and then to this machine only, see [AllowRemote]; what servers keep in their
// state only if asked for, see [ShowState].
//
// It looks and changes nothing: there is no button that kills. It keeps nothing
// between two requests, so it has no past; for curves and alarms let a metrics
// system scrape the node. Looking costs little: what is asked of supervisors
// is one message per page, they are not waited for long, and a page lists no
// more than some hundred processes, or children of one supervisor, and says how
// many there are. Counting the
// processes takes a look at each, a tenth of a second if there are a hundred
// thousand; the page asks the less often the longer it takes.
//
// After Erlang's observer(3) and sys:get_status/1.
package observer
