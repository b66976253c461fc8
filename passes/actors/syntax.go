package actors

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
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
	fn   ast.Node // innermost *ast.FuncDecl or *ast.FuncLit, nil at package level
}

func readSyntax(pass *analysis.Pass) *syntax {
	s := &syntax{calls: map[token.Pos]*ast.CallExpr{}}
	for _, file := range pass.Files {
		s.walk(pass, file, nil)
	}
	return s
}

func (s *syntax) walk(pass *analysis.Pass, root, fn ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n != fn {
				s.walk(pass, n, n)
				return false
			}
		case *ast.FuncLit:
			if n != fn {
				s.walk(pass, n, n)
				return false
			}
		case *ast.CallExpr:
			s.calls[n.Lparen] = n
		case *ast.CompositeLit:
			if _, ok := embedOf(pass.TypesInfo.TypeOf(n)); ok {
				s.literals = append(s.literals, literal{n, fn})
			}
		}
		return true
	})
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
		fn := byNode[lit.fn]
		if lit.fn == nil {
			fn = funcID(b.m.SSA.Pkg.Func("init"))
		}
		b.site(Site{
			Kind: ConstructSite, Func: fn,
			Pos: b.pos(lit.expr.Pos()), End: b.pos(lit.expr.End()),
			Target: b.typeArg(embed.server, nil),
			Msg:    b.typeArg(t, nil),
		})
	}
}
