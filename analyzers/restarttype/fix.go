package restarttype

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
)

// fix gives the child another restart type: the constant is changed where it stands, or added to the call that makes
// the child.
func (c *check) fix(child *actors.Child, to string) []analysis.SuggestedFix {
	var edit *analysis.TextEdit
	if child.RestartAt.IsValid() {
		edit = c.change(child.RestartAt, to)
	} else {
		edit = c.add(child.Pos, to)
	}
	if edit == nil {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Make it " + to, TextEdits: []analysis.TextEdit{*edit}}}
}

// change replaces the argument of the call whose parenthesis is given: it must be one of the framework's constants.
func (c *check) change(at actors.Pos, to string) *analysis.TextEdit {
	call, _ := c.find(func(call *ast.CallExpr) bool { return c.m.PosOf(call.Lparen) == at })
	if call == nil || len(call.Args) != 1 {
		return nil
	}
	sel, ok := ast.Unparen(call.Args[0]).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	return &analysis.TextEdit{Pos: sel.Sel.Pos(), End: sel.Sel.End(), NewText: []byte(to)}
}

// add adds the restart type to the call that makes a child at a position.
func (c *check) add(at actors.Pos, to string) *analysis.TextEdit {
	made, file := c.find(func(call *ast.CallExpr) bool {
		_, isChild := c.child(call)
		return isChild && c.m.PosOf(call.Pos()) == at
	})
	if made == nil {
		return nil
	}
	pkg, _ := c.child(made)
	name := c.importName(file, pkg)
	if name == "" {
		return nil
	}
	return &analysis.TextEdit{Pos: made.End(), End: made.End(), NewText: []byte(".Restart(" + name + "." + to + ")")}
}

// child is the package of the child's type that a call returns; ok is false if that is no type with the method Restart.
func (c *check) child(call *ast.CallExpr) (pkg *types.Package, ok bool) {
	named, isNamed := types.Unalias(c.pass.TypesInfo.TypeOf(call)).(*types.Named)
	if !isNamed || types.IsInterface(named) || named.Obj().Pkg() == nil {
		return nil, false
	}
	method, _, _ := types.LookupFieldOrMethod(named, false, named.Obj().Pkg(), "Restart")
	_, isMethod := method.(*types.Func)
	return named.Obj().Pkg(), isMethod
}

// find is the innermost call that fits, with its file.
func (c *check) find(fits func(*ast.CallExpr) bool) (found *ast.CallExpr, in *ast.File) {
	for _, file := range c.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && fits(call) {
				found, in = call, file
			}
			return true
		})
	}
	return found, in
}

// importName is how a file calls a package, "" if it does not import it by a name of its own.
func (c *check) importName(file *ast.File, pkg *types.Package) string {
	for _, spec := range file.Imports {
		if name := c.pass.TypesInfo.PkgNameOf(spec); name != nil && name.Imported() == pkg && name.Name() != "." && name.Name() != "_" {
			return name.Name()
		}
	}
	return ""
}
