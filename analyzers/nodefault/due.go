package nodefault

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// due is a kind of message that the runtime will send a server.
type due struct {
	msg   actors.TypeID
	asked []ask
}

// ask is a place where the server asks for it, with the way there.
type ask struct {
	site *actors.Site
	path []actors.Step
}

// functions are the names of those that ask.
func (d *due) functions() (names []string) {
	for _, a := range d.asked {
		if name := a.site.Func.Name(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// due lists what the callbacks of a server ask the runtime for.
func (c *check) due(server *actors.Server) (all []*due) {
	add := func(msg actors.TypeID, a ask) {
		i := slices.IndexFunc(all, func(d *due) bool { return d.msg == msg })
		if i < 0 {
			i = len(all)
			all = append(all, &due{msg: msg})
		}
		if !slices.ContainsFunc(all[i].asked, func(o ask) bool { return o.site == a.site }) {
			all[i].asked = append(all[i].asked, a)
		}
	}
	var traps []ask
	var exited actors.TypeID
	var links []ask
	for i := range server.Callbacks {
		if server.Callbacks[i].Kind == roles.Terminate {
			continue
		}
		for path, s := range c.m.SitesIn(server.Callbacks[i].Func, actors.Walk{}) {
			a := ask{s, slices.Clone(path)}
			switch {
			case s.Go || s.GoStmt || c.m.Quiet(s.Pos):
			case s.Linked && !s.Loop && (s.Kind == actors.LinkSite || s.Kind == actors.StartSite || s.Kind == actors.SpawnSite):
				links = append(links, a)
			case s.Brings == "" || roles.FrameworkOf(s.Brings.Package()) == nil:
			case roles.KindOf(s.Brings.Package(), s.Brings.Name()) == roles.ExitedType:
				traps, exited = append(traps, a), s.Brings
			case s.Kind == actors.MonitorSite && c.momentary(s):
			default:
				add(s.Brings, a)
			}
		}
	}
	if len(links) > 0 {
		for _, a := range traps {
			add(exited, a)
			for _, l := range links {
				add(exited, l)
			}
		}
	}
	return all
}

// momentary says whether the function that makes a monitor ends one itself. Of a function of another package nobody
// knows.
func (c *check) momentary(s *actors.Site) bool {
	f := c.m.SSAFunc(s.Func)
	if f == nil {
		return false
	}
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			if call, ok := instr.(*ssa.Call); ok && hasRole(call, roles.Monitor) && ends(call, 0) {
				return true
			}
		}
	}
	return false
}

// maxDepth bounds how far a monitor is followed.
const maxDepth = 8

// ends says whether a monitor, or the variable that has it, goes to a Demonitor of the same function or of a literal or
// helper that gets it.
func ends(v ssa.Value, depth int) bool {
	if depth > maxDepth || v.Referrers() == nil {
		return false
	}
	for _, ref := range *v.Referrers() {
		var next ssa.Value
		switch ref := ref.(type) {
		case ssa.CallInstruction:
			if hasRole(ref, roles.Demonitor) {
				return true
			}
			if callee := ref.Common().StaticCallee(); callee != nil {
				if i := slices.Index(ref.Common().Args, v); i >= 0 && i < len(callee.Params) {
					next = callee.Params[i]
				}
			}
		case *ssa.Store:
			if local, ok := ref.Addr.(*ssa.Alloc); ok && ref.Val == v {
				next = local
			}
		case *ssa.UnOp:
			next = ref
		case *ssa.Phi:
			next = ref
		case *ssa.MakeClosure:
			if i := slices.Index(ref.Bindings, v); i >= 0 {
				next = ref.Fn.(*ssa.Function).FreeVars[i]
			}
		}
		if next != nil && ends(next, depth+1) {
			return true
		}
	}
	return false
}

func hasRole(call ssa.CallInstruction, kind roles.Kind) bool {
	callee := call.Common().StaticCallee()
	if callee == nil {
		return false
	}
	obj, ok := callee.Object().(*types.Func)
	if !ok {
		return false
	}
	role, ok := roles.Of(obj)
	return ok && role.Kind == kind
}
