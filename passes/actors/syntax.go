package actors

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"
)

// syntax is what SSA does not keep: where a call expression begins and ends (SSA knows its parenthesis), and the
// composite literals (SSA turns some into constants without a position).
type syntax struct {
	calls    map[token.Pos]*ast.CallExpr // by left parenthesis
	literals []literal
}

// literal is a composite literal whose type is a message.
type literal struct {
	expr *ast.CompositeLit
	path []ast.Node // what encloses it, outermost first
}

func readSyntax(pass *analysis.Pass) *syntax {
	s := &syntax{calls: map[token.Pos]*ast.CallExpr{}}
	for _, file := range pass.Files {
		ast.PreorderStack(file, nil, func(n ast.Node, path []ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				s.calls[n.Lparen] = n
			case *ast.CompositeLit:
				if _, ok := embedOf(pass.TypesInfo.TypeOf(n)); ok {
					s.literals = append(s.literals, literal{n, slices.Clone(path)})
				}
			}
			return true
		})
	}
	return s
}

// function is the innermost *ast.FuncDecl or *ast.FuncLit around the literal, nil at package level.
func (l literal) function() ast.Node {
	for _, n := range slices.Backward(l.path) {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return n
		}
	}
	return nil
}

// recipient is the function that gets the message: the one whose argument the literal is, alone or in a list, or
// else the one function of the message's package that its function gives such messages to.
func (l literal) recipient(info *types.Info) *types.Func {
	for i, n := range slices.Backward(l.path) {
		switch n := n.(type) {
		case *ast.ParenExpr, *ast.UnaryExpr, *ast.KeyValueExpr, *ast.CompositeLit:
			continue
		case *ast.CallExpr:
			if info.Types[n.Fun].IsType() || info.Types[n.Fun].IsBuiltin() { // a conversion, append
				continue
			}
			f, _ := typeutil.Callee(info, n).(*types.Func)
			return f
		case ast.Stmt, *ast.ValueSpec:
			return takes(info, l.path[:i+1], deref(info.TypeOf(l.expr)))
		}
		break
	}
	return nil
}

// takes finds the one function with a parameter for such messages that the declared function on the path calls.
func takes(info *types.Info, path []ast.Node, msg types.Type) (only *types.Func) {
	named, ok := types.Unalias(msg).(*types.Named)
	i := slices.IndexFunc(path, func(n ast.Node) bool { _, ok := n.(*ast.FuncDecl); return ok })
	if !ok || i < 0 {
		return nil
	}
	unique := true
	ast.Inspect(path[i], func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		f, ok := typeutil.Callee(info, call).(*types.Func)
		if !ok || f.Pkg() != named.Obj().Pkg() || f == only {
			return true
		}
		for p := range f.Signature().Params().Variables() {
			if holds(p.Type(), named) {
				unique = unique && only == nil
				only = f
				break
			}
		}
		return true
	})
	if !unique {
		return nil
	}
	return only
}

// holds says whether a type is the message's, a pointer to it, or a list of them.
func holds(t types.Type, msg *types.Named) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return t.Origin() == msg.Origin()
	case *types.Pointer:
		return holds(t.Elem(), msg)
	case *types.Slice:
		return holds(t.Elem(), msg)
	case *types.Array:
		return holds(t.Elem(), msg)
	case *types.Map:
		return holds(t.Elem(), msg)
	}
	return false
}

// extent of a call instruction: the call expression's, or the parenthesis where there is none (defer and go have
// theirs, implicit calls have nothing).
func (s *syntax) extent(call ssa.CallInstruction) (from, to token.Pos) {
	pos := call.Common().Pos()
	if !pos.IsValid() {
		pos = call.Pos()
	}
	if expr := s.calls[pos]; expr != nil {
		return expr.Pos(), expr.End()
	}
	return pos, pos
}

// constructions are the sites that build messages.
func (b *builder) constructions() {
	byNode := map[ast.Node]FuncID{}
	for f, id := range b.m.ids {
		if f.Syntax() != nil {
			byNode[f.Syntax()] = id
		}
	}
	for _, lit := range b.syntax.literals {
		t := b.pass.TypesInfo.TypeOf(lit.expr)
		embed, _ := embedOf(t)
		node := lit.function()
		fn := byNode[node]
		if node == nil {
			fn = funcID(b.m.SSA.Pkg.Func("init"))
		}
		site := Site{
			Kind: ConstructSite, Func: fn,
			Pos: b.pos(lit.expr.Pos()), End: b.pos(lit.expr.End()),
			Target: b.typeArg(embed.server, nil),
			Msg:    b.typeArg(t, nil),
		}
		if to := lit.recipient(b.pass.TypesInfo); to != nil && to.Pkg() != nil && roles.FrameworkOf(to.Pkg().Path()) == nil {
			site.To = funcObjID(to, b.pass.Fset)
		}
		b.site(site)
	}
}
