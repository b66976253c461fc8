package callcycle

import (
	"cmp"
	"slices"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// maxLength is how many servers a circle may have: longer ones nobody follows.
const maxLength = 6

// node is what a server does for one message.
type node struct {
	server *actors.Server
	kind   roles.CallbackKind
	msg    actors.TypeID // "" is any, or none
}

// hop is a call from one server to the next.
type hop struct {
	from    node
	wait    *actors.Wait
	to      *actors.Server
	msg     actors.TypeID
	binding *actors.Binding // shows that the reference's interface is the server; nil if the reference names it
}

// graph is who waits for whom.
type graph struct {
	m    *actors.Model
	hops map[node][]hop
}

func newGraph(m *actors.Model) *graph { return &graph{m: m, hops: map[node][]hop{}} }

// starts are what a server may do when it begins to wait.
func starts(s *actors.Server) []node {
	var list []node
	for i := range s.Callbacks {
		cb := &s.Callbacks[i]
		known := false
		for h := range s.Handled(cb.Kind) {
			known = true
			list = append(list, node{s, cb.Kind, h.Msg})
		}
		if !known || cb.Open {
			list = append(list, node{s, cb.Kind, ""})
		}
	}
	return list
}

// from are the calls that a node makes.
func (g *graph) from(n node) []hop {
	if list, ok := g.hops[n]; ok {
		return list
	}
	g.hops[n] = nil
	cb := n.server.Callback(n.kind)
	if cb == nil {
		return nil
	}
	var list []hop
	for w := range g.m.Waits(cb.Func, n.msg) {
		to, binding := g.target(w)
		if to == nil || to == n.server || w.Target.Kind == actors.SelfInstance || w.Target.Kind == actors.ParentInstance {
			continue
		}
		list = append(list, hop{from: n, wait: w, to: to, msg: w.Msg.Type, binding: binding})
	}
	slices.SortStableFunc(list, func(a, b hop) int { return len(a.wait.Frame.Path) - len(b.wait.Frame.Path) })
	g.hops[n] = list
	return list
}

// target is the one server that a wait is for, or nil.
func (g *graph) target(w *actors.Wait) (*actors.Server, *actors.Binding) {
	switch w.Kind {
	case actors.CallSite, actors.InspectSite, actors.StopSite:
	default:
		return nil, nil
	}
	t := w.Site.Target
	if !t.Known() || w.Site.Target.Type.Package() == "" {
		return nil, nil
	}
	servers := g.m.ServersOf(t.Type)
	if len(servers) != 1 || servers[0].Agent {
		return nil, nil
	}
	if g.m.Server(t.Type) != nil {
		return servers[0], nil
	}
	bound := g.m.Bound(t.Type)
	for i := range bound {
		if g.m.Server(bound[i].Type) == servers[0] {
			return servers[0], &bound[i]
		}
	}
	return nil, nil
}

// next is the node that a call leads to while its caller waits, if that is known and has not answered meanwhile.
func (g *graph) next(h hop) (node, bool) {
	if h.wait.Kind != actors.CallSite || !h.wait.Msg.Known() {
		return node{}, false
	}
	cb := h.to.Callback(roles.HandleCall)
	if cb == nil {
		return node{}, false
	}
	for handled := range h.to.Handled(roles.HandleCall) {
		if handled.Msg.Matches(h.msg) {
			return node{h.to, roles.HandleCall, handled.Msg}, !g.answers(cb.Func, handled.Msg)
		}
	}
	return node{}, false
}

// answers says whether a handler may answer, by a caller that it keeps, before it returns.
func (g *graph) answers(cb actors.FuncID, msg actors.TypeID) bool {
	for f := range g.m.Frames(cb, msg) {
		for s := range g.m.SitesOf(f) {
			if s.Kind == actors.ReplySite && s.Deferred && !s.Target.Known() {
				return true
			}
		}
	}
	return false
}

// circles are the shortest ways from a server back to it, one for each set of servers, none of which holds the
// servers of another one.
func (g *graph) circles() [][]hop {
	var all [][]hop
	for s := range g.m.Servers() {
		for _, n := range starts(s) {
			if circle := g.back(n); circle != nil {
				all = append(all, circle)
			}
		}
	}
	// the shortest first; of those, one whose first call is in the package under analysis
	slices.SortStableFunc(all, func(a, b []hop) int {
		return cmp.Or(len(a)-len(b), cmp.Compare(g.foreign(a), g.foreign(b)))
	})
	var kept [][]hop
	for _, circle := range all {
		if !slices.ContainsFunc(kept, func(k []hop) bool { return within(k, circle) }) {
			kept = append(kept, circle)
		}
	}
	return kept
}

func (g *graph) foreign(circle []hop) int {
	if _, own := circle[0].wait.In(g.m.Pkg); own {
		return 0
	}
	return 1
}

// within says whether all servers of one circle are in the other.
func within(a, b []hop) bool {
	for _, h := range a {
		if !slices.ContainsFunc(b, func(other hop) bool { return other.to == h.to }) {
			return false
		}
	}
	return true
}

// back is the shortest way from a node to its server, breadth first; nil if there is none.
func (g *graph) back(start node) []hop {
	ways := [][]hop{nil}
	seen := map[node]bool{}
	for i := 0; i < len(ways); i++ {
		way := ways[i]
		at := start
		if len(way) > 0 {
			var ok bool
			if at, ok = g.next(way[len(way)-1]); !ok || seen[at] {
				continue
			}
			seen[at] = true
		}
		for _, h := range g.from(at) {
			longer := append(slices.Clone(way), h)
			if h.to == start.server {
				return longer
			}
			if len(longer) < maxLength && !slices.ContainsFunc(way, func(old hop) bool { return old.to == h.to }) {
				ways = append(ways, longer)
			}
		}
	}
	return nil
}
