package unhandledmsg

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"

	"github.com/otplint/otplint/passes/actors"
)

// fixSend takes away or adds the & of a literal that is an argument of the send.
func (c *check) fixSend(p *parcel, s *actors.Site) []analysis.SuggestedFix {
	call, ok := c.node(s.Pos, s.End).(*ast.CallExpr)
	if !ok {
		return nil
	}
	var edits []analysis.TextEdit
	for _, arg := range call.Args {
		switch arg := arg.(type) {
		case *ast.UnaryExpr:
			if lit, ok := arg.X.(*ast.CompositeLit); ok && arg.Op == token.AND && c.is(lit, p.msg) {
				edits = append(edits, analysis.TextEdit{Pos: arg.Pos(), End: lit.Pos()})
			}
		case *ast.CompositeLit:
			if c.is(arg, p.msg) {
				edits = append(edits, analysis.TextEdit{Pos: arg.Pos(), End: arg.Pos(), NewText: []byte("&")})
			}
		}
	}
	if len(edits) != 1 {
		return nil
	}
	message := "send the value"
	if edits[0].NewText != nil {
		message = "send a pointer"
	}
	return []analysis.SuggestedFix{{Message: message, TextEdits: edits}}
}

// is says whether a literal is of the message's type.
func (c *check) is(lit *ast.CompositeLit, msg actors.TypeID) bool {
	named, ok := types.Unalias(c.pass.TypesInfo.TypeOf(lit)).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Name() == msg.Name() && named.Obj().Pkg().Path() == msg.Package()
}

// fixCase makes a case for a pointer one for the value, if importers cannot send pointers and the case only selects
// from the message.
func (c *check) fixCase(p *parcel, h *actors.Handled) []analysis.SuggestedFix {
	if token.IsExported(p.msg.Name()) {
		return nil
	}
	pos := c.m.TokenPos(h.Pos)
	clause, ok := c.node(h.Pos, h.Pos).(*ast.CaseClause)
	if !ok || clause.Case != pos || len(clause.List) != 1 {
		return nil
	}
	star, ok := clause.List[0].(*ast.StarExpr)
	if !ok || !c.selects(clause) {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message:   "take the value",
		TextEdits: []analysis.TextEdit{{Pos: star.Pos(), End: star.X.Pos()}},
	}}
}

// selects says whether a clause uses its message only to select fields and methods.
func (c *check) selects(clause *ast.CaseClause) bool {
	msg := c.pass.TypesInfo.Implicits[clause]
	if msg == nil {
		return true
	}
	uses, selected := 0, 0
	for _, stmt := range clause.Body {
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if id, ok := n.X.(*ast.Ident); ok && c.pass.TypesInfo.Uses[id] == msg {
					selected++
				}
			case *ast.Ident:
				if c.pass.TypesInfo.Uses[n] == msg {
					uses++
				}
			}
			return true
		})
	}
	return uses == selected
}

// node is the innermost node that covers the positions.
func (c *check) node(from, to actors.Pos) ast.Node {
	start, end := c.m.TokenPos(from), c.m.TokenPos(to)
	for _, f := range c.pass.Files {
		if f.FileStart <= start && start < f.FileEnd {
			path, exact := astutil.PathEnclosingInterval(f, start, end)
			if len(path) > 0 && (exact || from == to) {
				return path[0]
			}
		}
	}
	return nil
}
