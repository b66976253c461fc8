package bottleneck

import (
	"slices"
	"strings"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// census is where the instances of servers are made, as far as the package and its dependencies show.
type census struct {
	m    *actors.Model
	made map[*actors.Server][]making
	runs map[actors.FuncID]times
}

// making is one place that makes instances of a server.
type making struct {
	server *actors.Server
	pos    actors.Pos    // of a child: where the function that lists it gets it
	source actors.Pos    // where the package makes it, which may be in a function that returns it
	fn     actors.FuncID // whose runs decide how often
	loop   bool          // more than one for each run
	id     string        // the constant id or name
	fixed  bool          // under a constant id or name
	loose  bool          // a child that is in no known tree
}

// times is how often a function runs in a program.
type times uint8

const (
	never   times = iota // nothing but tests, or what nobody knows, runs it
	once                 // main or an initializer, or what they call in one place
	outside              // exported; only importers know, who will not decide
	several              // from several places
	many                 // in a loop, for each request or message
)

func takeCensus(m *actors.Model) *census {
	c := &census{m: m, made: map[*actors.Server][]making{}, runs: map[actors.FuncID]times{}}
	known := c.listed()
	many := map[actors.Pos]bool{} // children that are started as one of many
	for s := range m.Sites(actors.StartChildSite) {
		many[s.Child] = many[s.Child] || s.Loop
	}
	for p := range m.Packages() {
		for i := range p.Funcs {
			for _, child := range p.Funcs[i].Returns { // a template: its callers make the instances
				known[child.Pos] = true
			}
		}
	}
	for s := range m.Sites(actors.StartSite, actors.ChildSite) {
		child := s.Kind == actors.ChildSite
		if child && known[s.Pos] {
			continue
		}
		c.add(s.Target.Type, making{
			pos: s.Pos, source: s.Pos, fn: s.Func, id: s.ID, fixed: s.ID != "", loose: child,
			loop: s.Loop || s.ChildOf == roles.PoolChild || many[s.Pos],
		})
	}
	return c
}

// listed counts the children of declared trees, and returns where they are made.
func (c *census) listed() map[actors.Pos]bool {
	known := map[actors.Pos]bool{}
	for t := range c.m.Trees() {
		for _, child := range t.Children {
			known[child.Pos] = true
			c.add(child.Server, making{
				pos: child.Pos, source: c.source(child), fn: t.Func,
				loop:  child.Loop || t.Loop || child.Kind == roles.PoolChild,
				id:    child.ID,
				fixed: child.ID != "" && t.ID != "",
			})
		}
	}
	return known
}

// source follows a child into the package's own functions that return it.
func (c *census) source(child actors.Child) actors.Pos {
	for len(child.Via) > 0 && child.Via[0].Func.Package() == c.m.Pkg.Path {
		f := c.m.Func(child.Via[0].Func)
		if f == nil {
			break
		}
		same := func(r actors.Child) bool {
			return r.Server == child.Server && (r.ID == child.ID || r.IDParam != 0) && len(r.Via) == len(child.Via)-1
		}
		i := slices.IndexFunc(f.Returns, same)
		if i < 0 || slices.ContainsFunc(f.Returns[i+1:], same) {
			break
		}
		child = f.Returns[i]
	}
	return child.Pos
}

func (c *census) add(t actors.TypeID, mk making) {
	if t == "" {
		return
	}
	if mk.server = c.m.Server(t); mk.server != nil {
		c.made[mk.server] = append(c.made[mk.server], mk)
	}
}

// Several returns the servers that a package and its dependencies make more than
// one instance of, and which the check therefore does not judge. A nil model has none.
func Several(m *actors.Model) []actors.TypeID {
	if m == nil {
		return nil
	}
	m = m.WithoutTests()
	c := takeCensus(m)
	var all []actors.TypeID
	for s := range m.Servers() {
		if made := c.made[s]; len(made) > 1 || len(made) == 1 && made[0].loop {
			all = append(all, s.Type)
		}
	}
	return all
}

// singles are the servers that have one instance, made by the package under analysis, in source order.
func (c *census) singles() []making {
	var all []making
	for s := range c.m.Servers() {
		made := c.made[s]
		if len(made) != 1 || c.m.File(made[0].source) == nil || c.m.Quiet(made[0].source) {
			continue
		}
		if c.single(made[0]) && !c.unsure(s) {
			all = append(all, made[0])
		}
	}
	return all
}

func (c *census) single(mk making) bool {
	if mk.loop || mk.loose {
		return false
	}
	switch c.run(mk.fn) {
	case once:
		return true
	case outside:
		return mk.fixed
	}
	return false
}

// unsure says whether a server may be made where only its callers know which: by a generic function that makes agents.
func (c *census) unsure(s *actors.Server) bool {
	if !s.Agent {
		return false
	}
	for other, made := range c.made {
		if other != s && len(made) > 0 && other.Agent && other.Type.Matches(s.Type) {
			return true
		}
	}
	return false
}

// many says whether a server is known to have many instances.
func (c *census) many(s *actors.Server) bool {
	return slices.ContainsFunc(c.made[s], func(mk making) bool { return mk.loop || c.run(mk.fn) == many })
}

// run tells how often a function runs.
func (c *census) run(id actors.FuncID) times {
	if t, ok := c.runs[id]; ok {
		return t
	}
	c.runs[id] = never // for one that only calls itself
	t := c.count(id)
	c.runs[id] = t
	return t
}

func (c *census) count(id actors.FuncID) times {
	f := c.m.Func(id)
	if f == nil {
		return never
	}
	if f.Entry != actors.NoEntry || c.m.CallbackOf(id) != nil {
		return many
	}
	var callers []times
	for caller, e := range c.m.Callers(id) {
		t := c.run(caller.ID)
		if e.Loop || t == many {
			return many
		}
		callers = append(callers, t)
	}
	switch {
	case len(callers) > 1:
		return several
	case len(callers) == 1:
		return callers[0]
	case c.starts(id):
		return once
	case f.Exported:
		return outside
	}
	return never
}

// starts says whether the language runs the function, once.
func (c *census) starts(id actors.FuncID) bool {
	f := c.m.SSAFunc(id)
	if f == nil || f.Parent() != nil || f.Signature.Recv() != nil {
		return false
	}
	return f.Name() == "main" && f.Pkg.Pkg.Name() == "main" || f.Synthetic == "package initializer" || strings.HasPrefix(f.Name(), "init#")
}
