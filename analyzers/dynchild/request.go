package dynchild

import (
	"iter"
	"strconv"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// request is where a request path begins: in a function, or in a loop at an edge or site.
type request struct {
	entry
	from   actors.FuncID
	before []actors.Step // the loop's function, at the edge
	site   *actors.Site  // in the loop itself
}

// requests are the beginnings of request paths in all packages.
func requests(m *actors.Model) iter.Seq[request] {
	return func(yield func(request) bool) {
		for _, e := range m.Entries() {
			if e.Kind == actors.HTTPEntry && !yield(request{entry: entry{name: nameOf(e.Func), kind: "HTTP handler", pos: e.Pos}, from: e.Func.ID}) {
				return
			}
		}
		for s := range m.Servers() {
			for _, c := range s.Callbacks {
				switch c.Kind {
				case roles.HandleCall, roles.HandleCast, roles.HandleInfo:
					e := entry{name: s.Name() + "." + c.Kind.String(), kind: "server", pos: c.Pos}
					if !yield(request{entry: e, from: c.Func}) {
						return
					}
				}
			}
		}
		for p := range m.Packages() {
			for i := range p.Funcs {
				if !loops(m, &p.Funcs[i], yield) {
					return
				}
			}
			for i := range p.Sites {
				if s := &p.Sites[i]; s.Input && m.Func(s.Func) != nil && !yield(request{entry: loopOf(m.Func(s.Func)), site: s}) {
					return
				}
			}
		}
	}
}

// loops yields what a function runs once for each connection or message that it waits for.
func loops(m *actors.Model, f *actors.Func, yield func(request) bool) bool {
	for i := range f.Edges {
		e := &f.Edges[i]
		if !e.Input || e.Kind == actors.ValueEdge {
			continue
		}
		for id := range m.Callees(e) {
			if !yield(request{entry: loopOf(f), from: id, before: []actors.Step{{Func: f, Edge: e}}}) {
				return false
			}
		}
	}
	return true
}

func loopOf(f *actors.Func) entry {
	return entry{name: "in " + nameOf(f), kind: "the loop", pos: f.Pos}
}

func nameOf(f *actors.Func) string {
	if f.ID.Parent() != "" {
		return f.ID.Name() + ":" + strconv.Itoa(f.Pos.Line)
	}
	return f.ID.Name()
}

// fromData says whether the child's id is built from data when its start is reached on the path.
func fromData(m *actors.Model, path []actors.Step, s *actors.Site) bool {
	if s.Starts.IDData {
		return true
	}
	param := s.Starts.IDFrom
	for i := len(path) - 2; i >= 0; i-- {
		if path[i+1].Func.ID.Parent() != "" {
			continue // a literal's parameters are those of the function around it
		}
		data, from := path[i].Edge.Origin(param)
		if data || from == 0 {
			return data
		}
		param = from
	}
	// What the first function gets is the request, unless that is only a loop or a literal somewhere.
	return path[0].Func.Entry == actors.HTTPEntry && path[0].Func.ID.Parent() == "" || m.CallbackOf(path[0].Func.ID) != nil
}
