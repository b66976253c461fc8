package msgshape

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// report reports a finding at a message's name.
func (c *check) report(obj *types.TypeName, message string, fixes []analysis.SuggestedFix) {
	c.pass.Report(analysis.Diagnostic{
		Pos: obj.Pos(), End: obj.Pos() + token.Pos(len(obj.Name())), Message: message, SuggestedFixes: fixes,
	})
}

// used says whether code may depend on where or what a struct's embedded field is: it names the field, makes a struct
// by its fields' places, or converts one. What other packages do with an exported struct nobody knows.
func (c *check) used(obj *types.TypeName, f *types.Var) bool {
	if obj.Exported() {
		return true
	}
	info := c.pass.TypesInfo
	for _, v := range info.Uses {
		if v, ok := v.(*types.Var); ok && v.Origin() == f {
			return true
		}
	}
	is := func(t types.Type) bool {
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		named, ok := types.Unalias(t).(*types.Named)
		return ok && named.Obj() == obj
	}
	found := false
	for _, file := range c.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if len(n.Elts) > 0 && is(info.TypeOf(n)) {
					_, keyed := n.Elts[0].(*ast.KeyValueExpr)
					found = found || !keyed
				}
			case *ast.CallExpr:
				if t := info.Types[n.Fun]; t.IsType() && len(n.Args) == 1 {
					found = found || is(t.Type) != is(info.TypeOf(n.Args[0]))
				}
			case *ast.TypeSpec:
				found = found || info.Defs[n.Name] != obj && is(info.TypeOf(n.Type))
			}
			return !found
		})
	}
	return found
}

// moved is the fix that embeds the field first, if it has a line of its own.
func (c *check) moved(obj *types.TypeName, f *types.Var, lit *ast.StructType, field *ast.Field) []analysis.SuggestedFix {
	if c.used(obj, f) || field.Doc != nil || field.Comment != nil || field.Tag != nil {
		return nil
	}
	file := c.pass.Fset.File(lit.Pos())
	src, err := c.pass.ReadFile(file.Name())
	if err != nil || len(src) != file.Size() {
		return nil
	}
	text := func(from, to token.Pos) []byte { return src[file.Offset(from):file.Offset(to)] }
	before, after := text(lit.Fields.Opening+1, field.Pos()), text(field.End(), lit.Fields.Closing)
	last := bytes.LastIndexByte(before, '\n')
	if last < 0 || len(bytes.TrimSpace(before[last:])) > 0 || len(after) == 0 || after[0] != '\n' || before[0] != '\n' {
		return nil
	}
	moved := bytes.Join([][]byte{[]byte("struct {\n"), text(field.Pos(), field.End()), before[:last], after, []byte("}")}, nil)
	const head = "package p\n\ntype x "
	formatted, err := format.Source(append([]byte(head), moved...))
	if err != nil {
		return nil
	}
	line := src[file.Offset(file.LineStart(file.Line(lit.Pos()))):]
	indent := line[:len(line)-len(bytes.TrimLeft(line, "\t"))]
	formatted = bytes.TrimSpace(formatted[len(head):])
	formatted = bytes.ReplaceAll(formatted, []byte("\n"), append([]byte("\n"), indent...))
	formatted = bytes.ReplaceAll(formatted, append([]byte("\n"), append(indent, '\n')...), []byte("\n\n"))
	return []analysis.SuggestedFix{{
		Message:   "Embed " + f.Name() + " first",
		TextEdits: []analysis.TextEdit{{Pos: lit.Pos(), End: lit.End(), NewText: formatted}},
	}}
}
