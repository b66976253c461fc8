package childorder

import (
	"iter"
	"slices"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// family is the children of one supervisor, and those below them.
type family struct {
	m        *actors.Model
	tree     *actors.Tree
	children []*child
}

// child is a child with its place.
type child struct {
	*actors.Child
	at   int           // in the family's list: its own place, or that of the subtree that it is in
	in   *actors.Tree  // that lists it
	path string        // its id, with those of the subtrees that it is in
	uses []actors.Use  // that its factory holds, or may hold by what its subtree was given
	held []heldByField // by its factory
}

type heldByField struct {
	field string
	is    actors.Instance
}

// moment is when a child needs another.
type moment uint8

const (
	making      moment = iota // in the function that makes it
	entering                  // when its start takes an entry in a registry
	starting                  // in Init
	continuing                // in HandleContinue
	terminating               // in Terminate
)

// need is what one child needs another for.
type need struct {
	by, of *child
	when   moment
	path   []actors.Step
	site   *actors.Site
	use    actors.Use // the reference that by holds, if known
}

func siblings(m *actors.Model, t *actors.Tree) *family {
	s := &family{m: m, tree: t}
	for i := range t.Children {
		s.add(&t.Children[i], i, t, "", nil)
	}
	return s
}

func (s *family) add(c *actors.Child, at int, in *actors.Tree, path string, given []actors.Use) {
	own := &child{Child: c, at: at, in: in, path: path + nameOf(c), uses: slices.Concat(c.Uses, given)}
	s.children = append(s.children, own)
	if c.Tree != nil {
		for i := range c.Tree.Children {
			s.add(&c.Tree.Children[i], at, c.Tree, own.path+"/", own.uses)
		}
	}
}

func nameOf(c *actors.Child) string {
	switch {
	case c.ID != "":
		return c.ID
	case c.Server != "":
		return c.Server.Name()
	}
	return "(" + c.Kind.String() + ")"
}

// wrong are the needs for a child that stands later, the first of each pair.
func (s *family) wrong() []*need {
	type pair struct{ by, of *child }
	seen := map[pair]bool{}
	var all []*need
	for _, c := range s.children {
		if s.twice(c) {
			continue
		}
		for n := range s.needs(c) {
			if n.of.at > c.at && !seen[pair{c, n.of}] {
				seen[pair{c, n.of}] = true
				all = append(all, n)
			}
		}
	}
	return all
}

func (s *family) twice(c *child) bool {
	n := 0
	for _, other := range s.children {
		if other.Pos == c.Pos {
			n++
		}
	}
	return n > 1
}

// needs are what a child needs others for before its start has returned, or when it is stopped.
func (s *family) needs(c *child) iter.Seq[*need] {
	return func(yield func(*need) bool) {
		for _, u := range c.Uses {
			if of := s.at(u.Child); u.Entry && of != nil && !yield(&need{by: c, of: of, when: entering, use: u}) {
				return
			}
		}
		for when, frames := range s.runs(c) {
			for f := range frames {
				if retries(f) {
					continue
				}
				for site := range s.m.SitesOf(f) {
					if !needing(site) {
						continue
					}
					if of := s.target(c, f, site); of != nil && !yield(&need{by: c, of: of, when: when, path: f.Path, site: site, use: useOf(c, of)}) {
						return
					}
				}
			}
		}
	}
}

func useOf(c, of *child) actors.Use {
	for _, u := range c.uses {
		if u.Child == of.Pos {
			return u
		}
	}
	return actors.Use{}
}

// retries says whether a function on the way provides for the failure.
func retries(f *actors.Frame) bool {
	return slices.ContainsFunc(f.Path, func(s actors.Step) bool { return s.Func.Retries })
}

// runs is the code that a child runs when it starts, and when it stops.
func (s *family) runs(c *child) iter.Seq2[moment, iter.Seq[*actors.Frame]] {
	return func(yield func(moment, iter.Seq[*actors.Frame]) bool) {
		switch c.Kind {
		case roles.ServerChild, roles.PoolChild, roles.ServeChild, roles.ResourceChild, roles.HTTPChild, roles.SupervisorChild:
			if c.Factory != "" && !yield(making, s.m.FramesBelow(c.Child, c.in.Func)) {
				return
			}
		}
		server := s.m.Server(c.Server)
		if server == nil || c.Kind != roles.ServerChild && c.Kind != roles.PoolChild {
			return
		}
		init := server.Callback(roles.Init)
		if init == nil || !yield(starting, s.m.Frames(init.Func, "")) {
			return
		}
		traps, msgs := s.begins(init)
		if cont := server.Callback(roles.HandleContinue); cont != nil {
			for _, msg := range msgs {
				if !yield(continuing, s.m.Frames(cont.Func, msg)) {
					return
				}
			}
		}
		if end := server.Callback(roles.Terminate); end != nil && traps {
			yield(terminating, s.m.Frames(end.Func, ""))
		}
	}
}

// begins tells what Init arranges: whether the server traps exits, without which it has no Terminate when it is
// stopped, and with which messages it continues.
func (s *family) begins(init *actors.Callback) (traps bool, msgs []actors.TypeID) {
	for f := range s.m.Frames(init.Func, "") {
		traps = traps || f.Func.Traps
		for site := range s.m.SitesOf(f) {
			if site.Kind == actors.ContinueSite && site.Msg.Known() {
				msgs = append(msgs, site.Msg.Type)
			}
		}
	}
	return traps, msgs
}

// needing says whether a site cannot do without the process.
func needing(s *actors.Site) bool {
	switch s.Kind {
	case actors.CallSite, actors.CastSite, actors.InvokeSite, actors.InspectSite, actors.StartChildSite, actors.ManageSite,
		actors.FindSite, actors.RegisterSite:
		return true
	case actors.AskSite:
		return s.Target.Known() // topics
	}
	return false
}

// at is the child that is made at a place, if there is one such.
func (s *family) at(p actors.Pos) *child {
	return s.only(func(c *child) bool { return c.Pos == p })
}

func (s *family) only(match func(*child) bool) *child {
	var found *child
	for _, c := range s.children {
		if match(c) {
			if found != nil {
				return nil
			}
			found = c
		}
	}
	return found
}

// target is the child that a site addresses, or nil.
func (s *family) target(c *child, f *actors.Frame, site *actors.Site) *child {
	in := f.Instance(site.Instance)
	if in.Kind == actors.FieldInstance {
		in = s.kept(c, in.Value, 0)
	}
	switch in.Kind {
	case actors.ChildInstance:
		return s.at(in.Pos)
	case actors.NamedInstance:
		return s.only(func(c *child) bool { return c.Name == in.Value })
	case actors.UnknownInstance:
		if site.Instance.Kind == actors.FieldInstance || site.Instance.Kind == actors.ParamInstance {
			return s.ofType(c, site)
		}
	}
	return nil
}

// kept is what a field has that the child's code reads: what its factory stores there, else what the stores of the
// function agree on that declares the tree, else all. The zero Instance is one that nobody knows.
func (s *family) kept(c *child, field string, depth int) actors.Instance {
	if c.held == nil {
		c.held = []heldByField{}
		for f, h := range s.m.HeldBelow(c.Child, c.in.Func) {
			c.held = append(c.held, heldByField{h.Field, f.Instance(h.Instance)})
		}
	}
	var all []actors.Instance
	for _, h := range c.held {
		if h.field == field {
			all = append(all, h.is)
		}
	}
	if len(all) == 0 {
		var elsewhere []actors.Instance
		for h := range s.m.Held(field) {
			if h.Func == c.in.Func {
				all = append(all, h.Instance)
			} else {
				elsewhere = append(elsewhere, h.Instance)
			}
		}
		if len(all) == 0 {
			all = elsewhere
		}
	}
	var is actors.Instance
	for i, one := range all {
		if one.Kind == actors.FieldInstance && depth < 4 {
			one = s.kept(c, one.Value, depth+1)
		}
		if one.Kind == actors.ParamInstance {
			one = actors.Instance{}
		}
		if i > 0 && one != is {
			return actors.Instance{Kind: actors.NoInstance} // now this, now that
		}
		is = one
	}
	return is
}

// ofType is the only child of which the factory holds a reference that fits the site.
func (s *family) ofType(c *child, site *actors.Site) *child {
	var found *child
	for _, u := range c.uses {
		of := s.at(u.Child)
		switch {
		case site.Kind == actors.FindSite || site.Kind == actors.RegisterSite || site.Kind == actors.AskSite:
			if u.Type != site.Target.Type {
				continue
			}
		case of == nil || !site.Target.Known() || s.m.Server(of.Server) == nil || s.m.Server(of.Server) != s.m.Server(site.Target.Type):
			continue
		}
		if of == nil || found != nil && found != of {
			return nil
		}
		found = of
	}
	return found
}
