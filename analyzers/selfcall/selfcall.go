// Package selfcall defines a check that finds processes which wait for themselves: a callback that makes a
// synchronous call to its own process, or, in Init and Terminate, to the supervisor that waits for it.
//
// A call is reported if the reference provably leads back:
//
//   - it is made from the process's own identity (Context.Self), however many helpers it is handed through, or kept
//     in a field of the state that holds nothing else;
//   - it is a name under which the process is registered: by its own callback, or by every start of such a server
//     that the package or its dependencies have;
//   - it is kept in a field of the state by the factory of a child, and is that child's own reference;
//   - in Init and Terminate: it is the parent, or a supervisor in whose declared tree the process is a child, and that
//     the child's factory has kept;
//   - it is in a function that an agent or Inspect runs, and is the reference that the function was sent to.
//
// The walk is the model's Frames: what the callback runs in its own goroutine before it returns, with the processes
// that parameters denote there. So the check is silent
//
//   - in goroutines, tasks, and functions that are only handed on or kept;
//   - about casts and sends: they do not wait;
//   - about another process of the same type (parent to child, peers, rings): a field is no proof, and neither is
//     the type;
//   - about a name that only some of the servers of its type have: leaders and workers;
//   - about a field that is also assigned something else;
//   - about interfaces that several types are known to become.
//
// What did not work: to take a call to the own type for one to the own process if there is one instance. Who imports
// the package may start a second one, and a tree that has one today has two tomorrow.
package selfcall

import (
	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports calls of a process to itself.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "selfcall",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m.WithoutTests(), reported: map[actors.Pos]bool{}}
	for s := range c.m.Servers() {
		for i := range s.Callbacks {
			c.callback(s, &s.Callbacks[i])
		}
	}
	c.functions()
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass     *analysis.Pass
	m        *actors.Model
	reported map[actors.Pos]bool
}

// callback judges what a callback waits for.
func (c *check) callback(s *actors.Server, cb *actors.Callback) {
	for w := range c.m.Waits(cb.Func, "") {
		if p := c.prove(s, cb, w); p != nil {
			c.report(&finding{wait: w, who: s.Name(), in: cb.Func.Name(), proof: p})
		}
	}
}

// functions judges what the functions wait for that are sent to a process.
func (c *check) functions() {
	for s := range c.m.Sites(actors.CallSite, actors.CastSite, actors.InspectSite) {
		if s.Factory == "" || s.Kind != actors.InspectSite && !s.Function {
			continue
		}
		for w := range c.m.WaitsOf(s.Factory) {
			if same(w.Target, s.Instance) && s.Factory.Parent() != "" {
				c.report(&finding{wait: w, who: s.Target.Type.Name(), in: "the function that " + s.Role + " gets", proof: &proof{
					how: "the same reference", at: s.Pos, note: "the process is sent the function here"}})
			}
		}
	}
}

// same says whether two references of one function are the same process.
func same(a, b actors.Instance) bool {
	switch a.Kind {
	case actors.NamedInstance, actors.ChildInstance, actors.ParamInstance:
		return a == b
	}
	return false
}

// proof is why a reference leads back.
type proof struct {
	how    string // "Context.Self"
	at     actors.Pos
	note   string // what at shows
	parent bool   // not the process itself, but who waits for it
}

// prove tells why what a callback waits for is its own process, or one that waits for it; nil if it is not known.
func (c *check) prove(s *actors.Server, cb *actors.Callback, w *actors.Wait) *proof {
	waited := cb.Kind == roles.Init || cb.Kind == roles.Terminate
	managed := w.Kind == actors.ManageSite || w.Kind == actors.StartChildSite
	switch in := w.Target; {
	case in.Kind == actors.ParentInstance:
		if waited {
			return &proof{how: "Context.Parent", parent: true}
		}
	case managed:
		if waited && in.Kind == actors.FieldInstance && in.Param != 0 {
			return c.supervisor(s, in.Value)
		}
	case !c.mayBe(s, w):
	case in.Kind == actors.SelfInstance:
		return &proof{how: "Context.Self"}
	case in.Kind == actors.NamedInstance:
		return c.named(s, in.Value)
	case in.Kind == actors.FieldInstance && in.Param != 0:
		if p := c.kept(s, in.Value); p != nil {
			return p
		}
		return c.ownChild(s, in.Value)
	}
	return nil
}

// mayBe says whether the reference's type may stand for the server.
func (c *check) mayBe(s *actors.Server, w *actors.Wait) bool {
	if !w.Site.Target.Known() {
		return w.Kind == actors.InvokeSite
	}
	for _, t := range c.m.ServersOf(w.Site.Target.Type) {
		if t == s {
			return true
		}
	}
	return false
}

// kept: all that is ever put into the field is put there by the process itself, and is itself.
func (c *check) kept(s *actors.Server, field string) *proof {
	own := map[*actors.Held]bool{}
	for i := range s.Callbacks {
		for f, h := range c.m.HeldIn(s.Callbacks[i].Func) {
			if h.Field == field && f.Instance(h.Owner).Kind == actors.SelfInstance && f.Instance(h.Instance).Kind == actors.SelfInstance {
				own[h] = true
			}
		}
	}
	var first *actors.Held
	for h := range c.m.Held(field) {
		if !own[h] {
			return nil
		}
		if first == nil {
			first = h
		}
	}
	if first == nil {
		return nil
	}
	return &proof{how: "field " + fieldName(field), at: first.Pos, note: "the process keeps its own reference here"}
}

// ownChild: the factory of a child puts the child's own reference into the field.
func (c *check) ownChild(s *actors.Server, field string) *proof {
	for h := range c.m.Held(field) {
		if h.Owner != (actors.Instance{}) {
			return nil // changed later
		}
	}
	for w := range c.m.Wired(s.Type, field) {
		if w.Instance.Kind == actors.ChildInstance && w.Instance.Pos == w.Made {
			return &proof{how: "field " + fieldName(field), at: w.Made, note: "the child whose factory keeps its own reference"}
		}
	}
	return nil
}

// supervisor: the field holds a supervisor that starts the process as a child.
func (c *check) supervisor(s *actors.Server, field string) *proof {
	for w := range c.m.Wired(s.Type, field) {
		if w.Instance.Kind != actors.ChildInstance {
			continue
		}
		for t := range c.m.Trees() {
			if t.Pos == w.Instance.Pos && holds(t, w.Made) {
				return &proof{how: "field " + fieldName(field), at: t.Pos, note: "the supervisor that starts it", parent: true}
			}
		}
	}
	return nil
}

func holds(t *actors.Tree, child actors.Pos) bool {
	for i := range t.Children {
		if c := &t.Children[i]; c.Pos == child || c.Tree != nil && holds(c.Tree, child) {
			return true
		}
	}
	return false
}

// named: the process has the name.
func (c *check) named(s *actors.Server, name string) *proof {
	for i := range s.Callbacks {
		for f := range c.m.Frames(s.Callbacks[i].Func, "") {
			for site := range c.m.SitesOf(f) {
				if site.Kind == actors.RegisterSite && site.ID == name && f.Instance(site.Instance).Kind == actors.SelfInstance {
					return &proof{how: "its own name " + name, at: site.Pos, note: "the process takes the name here"}
				}
			}
		}
	}
	names := map[actors.Pos]string{} // of children, which may be named after they are made
	for t := range c.m.Trees() {
		for i := range t.Children {
			names[t.Children[i].Pos] = t.Children[i].Name
		}
	}
	var started actors.Pos
	for site := range c.m.SitesTo(s.Type, actors.StartSite, actors.ChildSite) {
		given := site.Name
		if given == "" {
			given = names[site.Pos]
		}
		if given != name {
			return nil
		}
		if !started.IsValid() {
			started = site.Pos
		}
	}
	if !started.IsValid() {
		return nil
	}
	return &proof{how: "its own name " + name, at: started, note: "it is started under the name here"}
}
