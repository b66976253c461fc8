package state

import (
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// shortLived says whether the package itself shows that a server does not live long: all its children here are
// temporary, every message stops it, or it stops when nobody has asked for a while.
func (a *analysisOf) shortLived(s *server) bool {
	return a.temporary(s) || a.stops(s)
}

// temporary: the children that this package makes of the server are not restarted. What other packages make of it
// does not count: importers decide nothing. Nor do tests, which start a server as suits the test.
func (a *analysisOf) temporary(s *server) bool {
	found, all := false, true
	visit := func(children []actors.Child) {
		for _, c := range children {
			if c.Server != "" && a.m.Server(c.Server) == s.Model {
				found = true
				all = all && c.Restart == roles.Temporary
			}
		}
	}
	pkg := a.m.WithoutTests().Pkg
	for _, f := range pkg.Funcs {
		visit(f.Returns)
	}
	for _, t := range pkg.Trees {
		visit(t.Children)
	}
	return found && all
}

// stops: every message ends in a stop, or one does and idle timeouts are used.
func (a *analysisOf) stops(s *server) bool {
	var stops, others, idles int
	for _, c := range s.Model.Callbacks {
		f := a.m.SSAFunc(c.Func)
		if f == nil || c.Kind == roles.Terminate {
			continue
		}
		seen := map[ssa.Value]bool{}
		for _, b := range f.Blocks {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok || len(ret.Results) != 1 {
				continue
			}
			for _, effect := range a.effects(ret.Results[0], seen) {
				switch {
				case effect&idle != 0:
					idles++
				case c.Kind == roles.Init:
				case effect&stop != 0:
					stops++
				default:
					others++
				}
			}
		}
	}
	return stops > 0 && (others == 0 || idles > 0)
}

type effect uint8

const (
	goOn effect = 1 << iota
	stop
	idle
)

// effects are what a result may make the server do; unhandled messages do nothing.
func (a *analysisOf) effects(v ssa.Value, seen map[ssa.Value]bool) []effect {
	if seen[v] {
		return nil
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Phi:
		var all []effect
		for _, e := range v.Edges {
			all = append(all, a.effects(e, seen)...)
		}
		return all
	case *ssa.Call:
		role, ok := roleOf(&v.Call)
		switch {
		case ok && role.Kind == roles.Unhandled:
			return nil
		case ok && role.Effect == roles.Stops:
			return []effect{stop}
		case ok && role.Effect == roles.Idles:
			return []effect{idle}
		case ok:
			return []effect{goOn}
		}
		if callee := a.callee(&v.Call); callee != nil {
			var all []effect
			for _, b := range callee.Blocks {
				if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && len(ret.Results) == 1 {
					all = append(all, a.effects(ret.Results[0], seen)...)
				}
			}
			return all
		}
	}
	return []effect{goOn}
}
