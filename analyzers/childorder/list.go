package childorder

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// list is the literal that lists a supervisor's children, if it is one.
type list struct {
	file *ast.File
	lit  *ast.CompositeLit
}

// listOf finds the literal that the declaration of a tree is given.
func listOf(pass *analysis.Pass, m *actors.Model, t *actors.Tree) list {
	pos := m.TokenPos(t.Pos)
	for _, file := range pass.Files {
		if !(file.FileStart <= pos && pos <= file.FileEnd) {
			continue
		}
		found := list{file: file}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || call.Pos() != pos {
				return true
			}
			role, ok := roles.Of(typeutil.StaticCallee(pass.TypesInfo, call))
			if i := role.Children.Index(); ok && role.ChildKind == roles.SupervisorChild && i >= 0 && i < len(call.Args) {
				lit, _ := ast.Unparen(call.Args[i]).(*ast.CompositeLit)
				if lit != nil && len(lit.Elts) == len(t.Children) && plain(lit.Elts) {
					found.lit = lit
				}
			}
			return true
		})
		return found
	}
	return list{}
}

// plain says whether the elements are children, one each, whose order means nothing but their own.
func plain(elts []ast.Expr) bool {
	return !slices.ContainsFunc(elts, func(e ast.Expr) bool {
		switch ast.Unparen(e).(type) {
		case *ast.Ident, *ast.SelectorExpr, *ast.CallExpr:
			return false
		}
		return true
	})
}

// pos is where a child stands in the list, else where it is made.
func (l list) pos(m *actors.Model, t *actors.Tree, c *child) token.Pos {
	switch {
	case l.lit != nil:
		return l.lit.Elts[c.at].Pos()
	case m.File(c.Pos) != nil:
		return m.TokenPos(c.Pos)
	}
	return m.TokenPos(t.Pos)
}

// reordered is the fix: each child that is needed moves before the first that needs it, and nothing else moves.
func (l list) reordered(pass *analysis.Pass, s *family, wrong []*need) []analysis.SuggestedFix {
	if l.lit == nil || l.commented() {
		return nil
	}
	order, ok := s.sorted(wrong)
	if !ok {
		return nil
	}
	from, to := l.lit.Elts[0].Pos(), l.lit.Elts[len(l.lit.Elts)-1].End()
	file := pass.Fset.File(from)
	text, err := pass.ReadFile(file.Name())
	if err != nil || file.Offset(to) > len(text) {
		return nil
	}
	source := func(from, to token.Pos) []byte { return text[file.Offset(from):file.Offset(to)] }
	var b bytes.Buffer
	for i, at := range order {
		if i > 0 { // what stands between two elements stays where it is
			b.Write(source(l.lit.Elts[i-1].End(), l.lit.Elts[i].Pos()))
		}
		b.Write(source(l.lit.Elts[at].Pos(), l.lit.Elts[at].End()))
	}
	return []analysis.SuggestedFix{{
		Message:   "List children after those that their start needs",
		TextEdits: []analysis.TextEdit{{Pos: from, End: to, NewText: b.Bytes()}},
	}}
}

// commented says whether a comment stands in the list, which may be about the order or about a neighbour.
func (l list) commented() bool {
	return slices.ContainsFunc(l.file.Comments, func(c *ast.CommentGroup) bool {
		return l.lit.Lbrace < c.Pos() && c.Pos() < l.lit.Rbrace
	})
}

// sorted is the order in which every child stands after those that it needs, and after those that it holds and stands
// after now; false if there is none.
func (s *family) sorted(wrong []*need) (order []int, ok bool) {
	before := make([][]int, len(s.tree.Children)) // what has to stand before each
	for _, n := range wrong {
		before[n.by.at] = append(before[n.by.at], n.of.at)
	}
	for _, c := range s.children {
		for _, u := range c.uses {
			if of := s.at(u.Child); of != nil && of.at < c.at {
				before[c.at] = append(before[c.at], of.at)
			}
		}
		for n := range s.needs(c) { // as a name is, which no factory holds
			if n.of.at < c.at {
				before[c.at] = append(before[c.at], n.of.at)
			}
		}
	}
	const (
		open = iota
		busy
		done
	)
	state := make([]int, len(before))
	var place func(int) bool
	place = func(i int) bool {
		switch state[i] {
		case busy:
			return false
		case done:
			return true
		}
		state[i] = busy
		slices.Sort(before[i])
		for _, j := range before[i] {
			if !place(j) {
				return false
			}
		}
		state[i] = done
		order = append(order, i)
		return true
	}
	for i := range before {
		if !place(i) {
			return nil, false
		}
	}
	return order, true
}
