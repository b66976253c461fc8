package scatteredcalls

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
)

// agents reports functions that are sent to the agent of another package. The agent is another package's if that
// declares the type of the state and is the only one known that makes such agents; a number, or a type that others
// keep as well, may be anybody's.
func (c *check) agents() {
	makers := map[actors.TypeID]*actors.Site{}
	for i := range c.m.Pkg.Sites {
		s := &c.m.Pkg.Sites[i]
		if !s.Function || s.Instance.Kind == actors.SelfInstance || !s.Pos.IsValid() || c.m.Quiet(s.Pos) || c.testHelper(s.Func) {
			continue
		}
		state := s.Target.Type.Arg()
		if state.Package() == "" || c.homePath(state.Package()) || !c.oursPath(state.Package()) {
			continue
		}
		maker, known := makers[s.Target.Type]
		if !known {
			maker = c.maker(s.Target.Type)
			makers[s.Target.Type] = maker
		}
		if maker == nil {
			continue
		}
		harm := "nobody can say what its state may be when functions all over the program change it"
		if s.ReadOnly {
			harm = "nobody can say who depends on the form of its state"
		}
		home := c.packageName(state.Package())
		c.pass.Report(analysis.Diagnostic{
			Pos: c.m.TokenPos(s.Pos), End: c.m.TokenPos(s.End),
			Message: fmt.Sprintf("raw %s outside package %s, which makes the agent of %s: %s; give %s a function for it",
				s.Role, home, c.star(state), harm, home),
			Related: []analysis.RelatedInformation{{Pos: c.m.TokenPos(maker.Pos), Message: "the agent is made here"}},
		})
	}
}

// maker is the site that makes such agents, if the package that declares the type of their state is the only one that
// makes any.
func (c *check) maker(t actors.TypeID) (maker *actors.Site) {
	if server := c.m.Server(t); server == nil || !server.Agent {
		return nil
	}
	for s := range c.m.WithoutTests().Sites(actors.ChildSite, actors.StartSite) {
		if len(s.Via) > 0 || !s.Target.Known() || s.Target.Type.Origin() != t.Origin() || !s.Target.Type.Matches(t) {
			continue
		}
		if s.Target.Type != t || s.Func.Package() != t.Arg().Package() {
			return nil
		}
		if maker == nil {
			maker = s
		}
	}
	return maker
}

// star is a state's type as its users write it.
func (c *check) star(t actors.TypeID) string {
	if t.Elem() != t {
		return "*" + c.qualified(t.Elem())
	}
	return c.qualified(t)
}
