package noreply

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/otplint/otplint/passes/roles"
)

// fields is a set of struct fields.
type fields map[*types.Var]bool

// writeOnly finds the unexported fields for Froms and Callers that the package writes to and never reads.
func writeOnly(pass *analysis.Pass) fields {
	all := fields{}
	for _, obj := range pass.TypesInfo.Defs {
		if v, ok := obj.(*types.Var); ok && v.IsField() && !v.Exported() && !v.Embedded() && holds(v.Type(), 0) {
			all[v] = true
		}
	}
	if len(all) == 0 {
		return nil
	}
	u := usage{pass.TypesInfo, all}
	for cur := range inspector.New(pass.Files).Root().Preorder((*ast.SelectorExpr)(nil), (*ast.CompositeLit)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.SelectorExpr:
			if f := u.field(n); f != nil && !u.writes(cur, f) {
				delete(all, f)
			}
		case *ast.CompositeLit:
			u.literal(n)
		case *ast.CallExpr: // a struct's fields are others when it is converted
			if t := pass.TypesInfo.Types[n.Fun]; t.IsType() && len(n.Args) == 1 {
				u.forget(t.Type)
				u.forget(pass.TypesInfo.TypeOf(n.Args[0]))
			}
		}
	}
	return all
}

// holds says whether a value of the type is a From or Caller, or contains some, with nobody else having it too.
func holds(t types.Type, depth int) bool {
	if isRole(t, roles.FromType) || isRole(t, roles.CallerType) {
		return true
	}
	if depth > 4 {
		return false
	}
	switch t := types.Unalias(t).Underlying().(type) {
	case *types.Slice:
		return holds(t.Elem(), depth+1)
	case *types.Array:
		return holds(t.Elem(), depth+1)
	case *types.Map:
		return holds(t.Elem(), depth+1) || holds(t.Key(), depth+1)
	case *types.Struct:
		for i := range t.NumFields() {
			if holds(t.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// usage judges the uses of fields.
type usage struct {
	info *types.Info
	all  fields
}

// field is the field of the set that the expression selects, or nil.
func (u usage) field(e ast.Expr) *types.Var {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if v, ok := u.info.Uses[sel.Sel].(*types.Var); ok && u.all[v.Origin()] {
		return v.Origin()
	}
	return nil
}

// writes says whether a use of the field lets nothing out of it.
func (u usage) writes(cur inspector.Cursor, f *types.Var) bool {
	use := cur.Node().(ast.Expr)
	parent := cur.Parent()
	for {
		p, ok := parent.Node().(*ast.ParenExpr)
		if !ok {
			break
		}
		use, parent = p, parent.Parent()
	}
	switch p := parent.Node().(type) {
	case *ast.AssignStmt:
		for i, left := range p.Lhs {
			if left == use {
				return p.Tok == token.ASSIGN && len(p.Lhs) == len(p.Rhs) && u.fresh(p.Rhs[i], f)
			}
		}
	case *ast.IndexExpr:
		return p.X == use && u.element(parent)
	case *ast.CallExpr:
		b, ok := ast.Unparen(p.Fun).(*ast.Ident)
		if !ok || len(p.Args) == 0 || p.Args[0] != use {
			return false
		}
		if _, ok := u.info.Uses[b].(*types.Builtin); !ok {
			return false
		}
		switch b.Name {
		case "len", "cap", "delete", "clear":
			return true
		case "append":
			return u.assigned(parent, f)
		}
	case *ast.SliceExpr:
		return p.X == use && u.assigned(parent, f)
	case *ast.BinaryExpr:
		return u.info.Types[p.X].IsNil() || u.info.Types[p.Y].IsNil()
	}
	return false
}

// element says whether an element is assigned to, or only asked for.
func (u usage) element(index inspector.Cursor) bool {
	assign, ok := index.Parent().Node().(*ast.AssignStmt)
	if !ok {
		return false
	}
	for _, left := range assign.Lhs {
		if left == index.Node() {
			return assign.Tok == token.ASSIGN
		}
	}
	blank, ok := assign.Lhs[0].(*ast.Ident)
	return ok && blank.Name == "_" && len(assign.Lhs) == 2 && len(assign.Rhs) == 1
}

// assigned says whether the expression becomes the field's new value.
func (u usage) assigned(e inspector.Cursor, f *types.Var) bool {
	assign, ok := e.Parent().Node().(*ast.AssignStmt)
	if !ok || assign.Tok != token.ASSIGN || len(assign.Lhs) != len(assign.Rhs) {
		return false
	}
	for i, right := range assign.Rhs {
		if right == e.Node() {
			return u.field(assign.Lhs[i]) == f
		}
	}
	return false
}

// fresh says whether nobody else has what the field is set to.
func (u usage) fresh(e ast.Expr, f *types.Var) bool {
	e = ast.Unparen(e)
	t := u.info.Types[e]
	if t.IsNil() || isRole(f.Type(), roles.FromType) || isRole(f.Type(), roles.CallerType) {
		return true
	}
	switch e := e.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.SliceExpr:
		return u.field(e.X) == f
	case *ast.CallExpr:
		b, ok := ast.Unparen(e.Fun).(*ast.Ident)
		if !ok {
			return false
		}
		if _, ok := u.info.Uses[b].(*types.Builtin); !ok {
			return false
		}
		return b.Name == "make" || b.Name == "append" && len(e.Args) > 0 && u.field(e.Args[0]) == f
	}
	return false
}

// forget drops the fields of a struct.
func (u usage) forget(t types.Type) {
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if s, ok := types.Unalias(t).Underlying().(*types.Struct); ok {
		for i := range s.NumFields() {
			delete(u.all, s.Field(i).Origin())
		}
	}
}

// literal judges what a struct's fields are set to where it is made.
func (u usage) literal(lit *ast.CompositeLit) {
	s, ok := types.Unalias(u.info.TypeOf(lit)).Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				if f, ok := u.info.Uses[id].(*types.Var); ok && u.all[f.Origin()] && !u.fresh(kv.Value, f.Origin()) {
					delete(u.all, f.Origin())
				}
			}
		} else if f := s.Field(i).Origin(); u.all[f] && !u.fresh(elt, f) {
			delete(u.all, f)
		}
	}
}
