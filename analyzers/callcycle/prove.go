package callcycle

import (
	"github.com/otplint/otplint/passes/actors"
)

// process is one process as far as it is known: where its child is made, or its name, or both.
type process struct {
	made actors.Pos
	name string
}

func (p process) known() bool { return p.made.IsValid() || p.name != "" }

// same says whether two are one.
func (p process) same(q process) bool {
	return p.made.IsValid() && p.made == q.made || p.name != "" && p.name == q.name
}

// prove follows a circle from process to process, and tells what shows that it closes; nil if it is not proven.
func (g *graph) prove(circle []hop) []evidence {
	last := circle[len(circle)-1]
	for _, first := range g.candidates(last) {
		at := first
		var shown []evidence
		for _, h := range circle {
			next, why := g.follow(h, at)
			if !next.known() {
				shown = nil
				break
			}
			shown, at = append(shown, why), next
		}
		if shown != nil && at.same(first) {
			return shown
		}
	}
	return nil
}

// evidence is what shows that a reference denotes a process.
type evidence struct {
	at   actors.Pos
	note string
}

// candidates are the processes that the last call of a circle is known to reach.
func (g *graph) candidates(last hop) []process {
	switch in := last.wait.Target; in.Kind {
	case actors.NamedInstance:
		if p := g.named(last.to, in.Value); p.known() {
			return []process{p}
		}
	case actors.FieldInstance:
		var list []process
		for w := range g.m.Wired(last.from.server.Type, in.Value) {
			if w.Instance.Kind == actors.ChildInstance {
				list = append(list, process{made: w.Instance.Pos, name: g.nameOf(w.Instance.Pos)})
			}
		}
		return list
	}
	return nil
}

// follow is the process that a call reaches which the given one makes.
func (g *graph) follow(h hop, from process) (process, evidence) {
	switch in := h.wait.Target; {
	case in.Kind == actors.NamedInstance:
		p := g.named(h.to, in.Value)
		return p, evidence{p.made, h.to.Name() + " is started as " + in.Value + " here"}
	case in.Kind == actors.FieldInstance && in.Param != 0 && g.constant(in.Value):
		var reached process
		var why evidence
		for w := range g.m.Wired(h.from.server.Type, in.Value) {
			if w.Made != from.made {
				continue
			}
			if reached.known() || w.Instance.Kind != actors.ChildInstance {
				return process{}, evidence{} // more than one thing is put there
			}
			reached = process{made: w.Instance.Pos, name: g.nameOf(w.Instance.Pos)}
			why = evidence{w.Held.Pos, h.from.server.Name() + " gets its reference to " + h.to.Name() + " here"}
		}
		return reached, why
	}
	return process{}, evidence{}
}

// refuted says whether the declared trees show that a circle of types is none of processes: they have a child of the
// first server, and from each the references are known step by step and lead to another process, or nowhere.
func (g *graph) refuted(circle []hop) bool {
	firsts := g.children(circle[0].from.server)
	for _, first := range firsts {
		at := first
		for _, h := range circle {
			next, _ := g.follow(h, at)
			if !next.known() {
				if !g.empty(h, at) {
					return false
				}
				at = process{}
				break
			}
			at = next
		}
		if at.same(first) {
			return false
		}
	}
	return len(firsts) > 0
}

// children are the processes of a server that the trees declare; none if one stands for many, or is not made by a
// factory that is known.
func (g *graph) children(s *actors.Server) []process {
	var list []process
	for site := range g.m.SitesTo(s.Type, actors.StartSite, actors.ChildSite, actors.StartChildSite) {
		if site.Kind != actors.ChildSite || site.Loop || site.Factory == "" {
			return nil
		}
	}
	for t := range g.m.Trees() {
		for i := range t.Children {
			c := &t.Children[i]
			if c.Server == "" || g.m.Server(c.Server) != s {
				continue
			}
			if c.Loop || t.Loop || c.Factory == "" {
				return nil
			}
			list = append(list, process{made: c.Pos, name: c.Name})
		}
	}
	return list
}

// empty says whether the factory of a process leaves the reference out that a call goes to.
func (g *graph) empty(h hop, from process) bool {
	in := h.wait.Target
	if in.Kind != actors.FieldInstance || in.Param == 0 || !from.made.IsValid() || !g.constant(in.Value) {
		return false
	}
	made := false
	for _, p := range g.children(h.from.server) {
		made = made || p.made == from.made
	}
	for w := range g.m.Wired(h.from.server.Type, in.Value) {
		made = made && w.Made != from.made
	}
	return made
}

// constant says whether a field is never changed after the struct is made.
func (g *graph) constant(field string) bool {
	for h := range g.m.Held(field) {
		if h.Owner != (actors.Instance{}) {
			return false
		}
	}
	return true
}

// named is the process of a server that is started under a name.
func (g *graph) named(s *actors.Server, name string) process {
	for t := range g.m.Trees() {
		for i := range t.Children {
			if c := &t.Children[i]; c.Name == name && !c.Loop && g.m.Server(c.Server) == s {
				return process{made: c.Pos, name: name}
			}
		}
	}
	for site := range g.m.SitesTo(s.Type, actors.StartSite, actors.ChildSite) {
		if site.Name == name {
			return process{made: site.Pos, name: name}
		}
	}
	return process{}
}

func (g *graph) nameOf(made actors.Pos) string {
	for t := range g.m.Trees() {
		for i := range t.Children {
			if c := &t.Children[i]; c.Pos == made {
				return c.Name
			}
		}
	}
	return ""
}
