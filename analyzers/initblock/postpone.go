package initblock

import (
	"fmt"
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// postpones reports messages that Init sends its own server, at once, and that nothing else sends: work that is
// postponed until the mailbox has been looked at.
func (c *check) postpones(s *actors.Server, init *actors.Callback) {
	for path, site := range c.m.SitesIn(init.Func, actors.Walk{}) {
		if !site.Msg.Known() || site.Loop || site.Func.Package() != c.m.Pkg.Path || !c.certain(path) ||
			!c.toSelf(site) || !c.handles(s, site.Msg.Type) || !c.only(site) {
			continue
		}
		c.pass.Report(analysis.Diagnostic{
			Pos: c.m.TokenPos(site.Pos), End: c.m.TokenPos(site.End),
			Message: fmt.Sprintf("Init of %s sends itself %s to go on later; whatever has come to the mailbox before is handled first, by a server that is not ready: return c.OK().Continue(%s{}) and handle it in HandleContinue, which runs before any message",
				s.Name(), site.Msg.Type.Name(), site.Msg.Type.Name()),
		})
	}
}

// certain says whether the path to a site is one of plain calls.
func (c *check) certain(path []actors.Step) bool {
	for _, s := range path[:len(path)-1] {
		if e := s.Edge; e.Loop || e.Kind == actors.LiteralEdge && !e.Now || e.Kind == actors.InvokeEdge && c.several(e) {
			return false
		}
	}
	return true
}

// toSelf says whether the site sends to the process itself, now.
func (c *check) toSelf(site *actors.Site) bool {
	switch site.Kind {
	case actors.CastSite, actors.SendSite:
		return site.Instance.Kind == actors.SelfInstance
	case actors.TimerSite:
		return c.atOnce(site)
	}
	return false
}

// atOnce says whether a timer is for the process itself, once, and its time is zero.
func (c *check) atOnce(site *actors.Site) bool {
	f := c.m.SSAFunc(site.Func)
	if f == nil {
		return false
	}
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || call.Call.StaticCallee() == nil {
				continue
			}
			obj, _ := call.Call.StaticCallee().Object().(*types.Func)
			role, ok := roles.Of(obj)
			if !ok || role.Kind != roles.SendAfter || role.Target != 0 || !within(site, c.m.PosOf(call.Pos())) {
				continue
			}
			for _, arg := range call.Call.Args {
				if k, ok := arg.(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.Int && k.Int64() == 0 {
					return true
				}
			}
		}
	}
	return false
}

// within says whether a position lies in the site's call expression.
func within(site *actors.Site, p actors.Pos) bool {
	before := func(a, b actors.Pos) bool { return a.Line < b.Line || a.Line == b.Line && a.Col <= b.Col }
	return p.File == site.Pos.File && before(site.Pos, p) && before(p, site.End)
}

// handles says whether the server has a case for the message.
func (c *check) handles(s *actors.Server, msg actors.TypeID) bool {
	for _, kind := range []roles.CallbackKind{roles.HandleCast, roles.HandleInfo} {
		for h := range s.Handled(kind) {
			if h.Msg.Matches(msg) {
				return true
			}
		}
	}
	return false
}

// only says whether nothing else that is known sends or builds the message.
func (c *check) only(site *actors.Site) bool {
	for other := range c.m.Sites(actors.CastSite, actors.SendSite, actors.TimerSite, actors.ConstructSite) {
		if other.Pos == site.Pos || !other.Msg.Known() || !other.Msg.Type.Matches(site.Msg.Type) {
			continue
		}
		if other.Kind != actors.ConstructSite || !within(site, other.Pos) {
			return false
		}
	}
	return true
}
