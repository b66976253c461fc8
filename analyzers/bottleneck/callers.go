package bottleneck

import (
	"slices"
	"strings"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// caller is one path on which a server is called synchronously.
type caller struct {
	entry actors.Entry
	// server, of a caller that is one: its callbacks are the entry.
	server *actors.Server
	calls  []call
}

// call is one call by a caller; the path leads from its entry to the function that contains the site.
type call struct {
	path []actors.Step
	site *actors.Site
}

// callers of one server: on concurrent paths, and other servers with one instance, which do not count.
type callers struct {
	concurrent, lone []*caller
}

// calls finds the callers of the servers.
func (c *census) calls(of []making) map[*actors.Server]*callers {
	all := map[*actors.Server]*callers{}
	for _, mk := range of {
		all[mk.server] = &callers{}
	}
	add := func(one making, by *caller, concurrent bool) {
		if to := all[one.server]; concurrent {
			to.concurrent = append(to.concurrent, by)
		} else {
			to.lone = append(to.lone, by)
		}
	}
	inHandler := map[actors.FuncID]bool{}
	for _, entry := range c.m.Entries() {
		if c.unserved(entry) || entry.Kind == actors.LoopEntry && inHandler[entry.Func.ID] {
			continue // a handler's own goroutines are the handler
		}
		for one, calls := range c.reached(entry.Func.ID, of) {
			calls = slices.DeleteFunc(calls, func(k call) bool { return !c.reaches(entry, k, one) })
			if len(calls) == 0 {
				continue
			}
			if entry.Kind == actors.HTTPEntry {
				for _, k := range calls {
					for _, step := range k.path {
						inHandler[step.Func.ID] = true
					}
				}
			}
			add(one, &caller{entry: entry, calls: calls}, true)
		}
	}
	for s := range c.m.Servers() {
		if len(c.made[s]) == 0 {
			continue
		}
		calls := map[making][]call{}
		for i := range s.Callbacks {
			for one, more := range c.reached(s.Callbacks[i].Func, of) {
				if one.server != s {
					calls[one] = append(calls[one], more...)
				}
			}
		}
		for one, calls := range calls {
			add(one, &caller{server: s, calls: calls}, c.many(s))
		}
	}
	return all
}

// unserved says whether an entry looks like a handler and nothing can serve it: no interface asks for it, no code
// names it, and importers cannot.
func (c *census) unserved(entry actors.Entry) bool {
	f := entry.Func
	if entry.Kind != actors.HTTPEntry || f.Exported || f.Recv != "" && strings.HasSuffix(f.ID.Name(), ".ServeHTTP") {
		return false
	}
	for range c.m.Callers(f.ID) {
		return false
	}
	return true
}

// reached are the calls of the servers that a function may make, in its goroutine or in one that it starts.
func (c *census) reached(from actors.FuncID, of []making) map[making][]call {
	all := map[making][]call{}
	for path, site := range c.m.SitesIn(from, actors.Walk{Go: true}) {
		if site.Kind != actors.CallSite {
			continue
		}
		servers := c.m.ServersOf(site.Target.Type)
		if len(servers) != 1 {
			continue
		}
		for _, one := range of {
			if one.server == servers[0] && is(one, instance(path, site)) {
				all[one] = append(all[one], call{slices.Clone(path), site})
			}
		}
	}
	return all
}

// reaches says whether the call is the entry's own: not that of another handler that it passes the request to, and
// not by a reference that each goroutine of a loop gets for itself.
func (c *census) reaches(entry actors.Entry, k call, one making) bool {
	for _, step := range k.path[1:] {
		if step.Func.Entry == actors.HTTPEntry {
			return false
		}
	}
	in := instance(k.path, k.site)
	if entry.Kind != actors.LoopEntry || in.Kind != actors.ParamInstance {
		return true
	}
	outer := entry.Func.ID
	for outer.Parent() != "" {
		outer = outer.Parent()
	}
	if outer != entry.Func.ID {
		return c.given(outer, in.Param, one) // a literal's parameters are its parent's
	}
	for _, e := range c.m.Callers(entry.Func.ID) {
		if e.Pos == entry.Pos && e.Kind != actors.LiteralEdge {
			return is(one, argument(e, in.Param))
		}
	}
	return true
}

// given says whether a call of the function passes the one for the parameter; nobody knows what importers pass.
func (c *census) given(f actors.FuncID, p roles.Arg, one making) bool {
	called := false
	for _, e := range c.m.Callers(f) {
		if called = true; is(one, argument(e, p)) {
			return true
		}
	}
	return !called
}

// instance is the process that the site calls when it is reached on the path: a parameter is what the path's calls
// pass for it.
func instance(path []actors.Step, site *actors.Site) actors.Instance {
	in := site.Instance
	for i := len(path) - 2; i >= 0 && in.Kind == actors.ParamInstance; i-- {
		if path[i].Edge.Kind != actors.LiteralEdge { // a literal's parameters are its parent's
			in = argument(path[i].Edge, in.Param)
		}
	}
	return in
}

func argument(e *actors.Edge, p roles.Arg) actors.Instance {
	for _, ref := range e.Refs {
		if ref.Param == p {
			return ref.Instance
		}
	}
	return actors.Instance{}
}

// is says whether the instance is the one that was made. There is no other, so any reference that is held somewhere
// will do; one that was looked up will not.
func is(one making, in actors.Instance) bool {
	switch in.Kind {
	case actors.UnknownInstance, actors.SelfInstance:
		return false
	case actors.ChildInstance:
		return in.Pos == one.pos || in.Pos == one.source
	}
	return true
}
