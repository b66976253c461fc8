package actors

import (
	"iter"

	"github.com/otplint/otplint/passes/roles"
)

// Wired is what a field of a server holds in the one process that a declared child is.
type Wired struct {
	Made     Pos // where the child is made
	Tree     *Tree
	Held     *Held
	Instance Instance // the process that the field denotes
}

// Wired iterates over what is known of a server's field: for each child that is made once, the reference that its
// factory puts there. Trees come first; then children of which only the making is known.
func (m *Model) Wired(server TypeID, field string) iter.Seq[Wired] {
	return func(yield func(Wired) bool) {
		listed := map[Pos]bool{}
		for t := range m.Trees() {
			for i := range t.Children {
				c := &t.Children[i]
				if c.Server == "" || key(c.Server) != key(server) || c.Kind != roles.ServerChild || listed[c.Pos] {
					continue
				}
				listed[c.Pos] = true
				if c.Loop || c.Factory == "" {
					continue
				}
				for f, h := range m.HeldBelow(c, t.Func) {
					if h.Field == field && h.Owner == (Instance{}) && !yield(Wired{c.Pos, t, h, f.Instance(h.Instance)}) {
						return
					}
				}
			}
		}
		for s := range m.SitesTo(server, ChildSite) {
			if listed[s.Pos] || s.Loop || s.Factory == "" || len(s.Via) > 0 || s.ChildOf != roles.ServerChild {
				continue
			}
			for f, h := range m.HeldBy(s.Factory) {
				if h.Field == field && h.Owner == (Instance{}) && !yield(Wired{Made: s.Pos, Held: h, Instance: f.Instance(h.Instance)}) {
					return
				}
			}
		}
	}
}
