package trapexit

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// needsTrap says whether the package's framework runs Terminate only where exits are trapped.
func (c *check) needsTrap() bool {
	for _, imp := range c.pass.Pkg.Imports() {
		if f := roles.FrameworkOf(imp.Path()); f != nil && f.TerminateNeedsTrapExit {
			return true
		}
	}
	return false
}

// traps says whether the server traps exits, or may: a callback runs something unknown with its context.
func (c *check) traps(s *actors.Server) bool {
	for i := range s.Callbacks {
		if !c.m.InCone(s.Callbacks[i].Func) {
			return true
		}
		for path := range c.m.Reach(s.Callbacks[i].Func, actors.Walk{Values: true}) {
			f := path[len(path)-1].Func
			if f.Traps || s.Callbacks[i].Kind == roles.Init && c.handsOn(f) {
				return true
			}
		}
	}
	return false
}

// handsOn says whether a function gives a server's context to a function that nobody knows; in another package,
// whether it calls one.
func (c *check) handsOn(f *actors.Func) bool {
	fn := c.m.SSAFunc(f.ID)
	if fn == nil {
		return slices.ContainsFunc(f.Edges, func(e actors.Edge) bool { return e.Kind == actors.InvokeEdge && !c.reaches(&e) })
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if ok && call.Common().StaticCallee() == nil && slices.ContainsFunc(call.Common().Args, isContext) && !c.known(f, call) {
				return true
			}
		}
	}
	return false
}

// known says whether the model knows what a call runs: it is one of the function's edges.
func (c *check) known(f *actors.Func, call ssa.CallInstruction) bool {
	pos := c.m.PosOf(call.Common().Pos())
	return slices.ContainsFunc(f.Edges, func(e actors.Edge) bool {
		return (e.Kind == actors.StaticEdge || e.Kind == actors.InvokeEdge) && within(e.Pos, pos, e.End) && c.reaches(&e)
	})
}

// reaches says whether it is known what the edge may run.
func (c *check) reaches(e *actors.Edge) bool {
	for range c.m.Callees(e) {
		return true
	}
	return false
}

// within says whether a position lies in an expression.
func within(from, p, to actors.Pos) bool {
	before := func(a, b actors.Pos) bool { return a.Line < b.Line || a.Line == b.Line && a.Col <= b.Col }
	return p.File == from.File && before(from, p) && before(p, to)
}

func isContext(v ssa.Value) bool {
	t := v.Type()
	return roles.IsType(t, roles.ContextType) || roles.IsType(t, roles.ProcessContextType)
}

// fix traps exits at the beginning of Init, if the server has no links of its own whose exits would become messages
// that it does not know.
func (c *check) fix(s *actors.Server) []analysis.SuggestedFix {
	if c.linked(s) && !c.handlesExits(s) {
		return nil
	}
	decl := c.declaration(s.Callback(roles.Init))
	if decl == nil || decl.Body == nil || len(decl.Body.List) == 0 || len(decl.Type.Params.List) != 1 || len(decl.Type.Params.List[0].Names) != 1 {
		return nil
	}
	name := decl.Type.Params.List[0].Names[0].Name
	if name == "_" {
		return nil
	}
	body := decl.Body
	statement := "\n\t" + name + ".TrapExit(true)"
	edits := []analysis.TextEdit{{Pos: body.Lbrace + 1, End: body.Lbrace + 1, NewText: []byte(statement)}}
	line := c.pass.Fset.Position(body.Lbrace).Line
	if first, last := body.List[0], body.List[len(body.List)-1]; c.pass.Fset.Position(body.Rbrace).Line == line {
		edits[0].End, edits[0].NewText = first.Pos(), []byte(statement+"\n\t")
		edits = append(edits, analysis.TextEdit{Pos: last.End(), End: body.Rbrace, NewText: []byte("\n")})
	}
	return []analysis.SuggestedFix{{Message: "Trap exits in Init", TextEdits: edits}}
}

// declaration is the syntax of a callback that the package declares, outside tests and generated files.
func (c *check) declaration(cb *actors.Callback) *ast.FuncDecl {
	if cb == nil || c.m.File(cb.Pos) == nil || c.m.Quiet(cb.Pos) {
		return nil
	}
	fn := c.m.SSAFunc(cb.Func)
	if fn == nil {
		return nil
	}
	decl, _ := fn.Syntax().(*ast.FuncDecl)
	return decl
}

// linked says whether the server may have links beside its parent's.
func (c *check) linked(s *actors.Server) bool {
	for i := range s.Callbacks {
		for _, site := range c.m.SitesIn(s.Callbacks[i].Func, actors.Walk{Go: true, Values: true}) {
			if site.Kind == actors.LinkSite || site.Linked || site.Kind == actors.RunSite {
				return true
			}
		}
	}
	return false
}

func (c *check) handlesExits(s *actors.Server) bool {
	for h := range s.Handled(roles.HandleInfo) {
		if roles.KindOf(h.Msg.Package(), h.Msg.Name()) == roles.ExitedType {
			return true
		}
	}
	return false
}
