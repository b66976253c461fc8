// Package msgshape defines a check that finds messages which compile and do not work, or cost more than they need: the
// framework's embed is there twice, by pointer, or not first; and answers to a request with the From of another one,
// which waits for another type.
//
// What a struct embeds is judged where it is declared. Silent is the check about
//
//   - an embed that another one of the same kind hides: a message that embeds another one for its fields and says
//     itself whose message it is works;
//   - data made of messages, which is neither sent nor has a case;
//   - a pointer to another message: somebody may set it;
//   - a place that costs nothing, and structs whose size depends on type parameters;
//   - fields with names: they make no message.
//
// A From belongs to the requests for whose case it is used, handed to a helper, or stored. The check says something
// only if each of these requests is known, and none of them is answered with the type of the answer: then it panics. An
// answer of the same type works, whatever message makes it.
//
// Whether a message is sent or expected by pointer is unhandledmsg's business. Tests and generated code are not judged.
package msgshape

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports messages of a wrong shape, and answers to the wrong request.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "msgshape",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m}
	for _, file := range pass.Files {
		if m.Quiet(m.PosOf(file.Package)) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				c.declared(spec)
			}
			return true
		})
	}
	c.answers()
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
}

// embed is a framework's type that makes a struct a message.
type embed struct {
	kind  roles.TypeKind // CallToType or CastToType
	depth int
	path  string // "base.CallTo"
}

// declared judges a declared struct.
func (c *check) declared(spec *ast.TypeSpec) {
	lit, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	obj, ok := c.pass.TypesInfo.Defs[spec.Name].(*types.TypeName)
	if !ok {
		return
	}
	s, ok := obj.Type().Underlying().(*types.Struct)
	if !ok {
		return
	}
	if c.twice(obj, s) {
		return
	}
	for i := range s.NumFields() {
		kind := embedded(s.Field(i))
		if kind == 0 {
			continue
		}
		field := fieldAt(lit, i)
		if _, pointer := types.Unalias(s.Field(i).Type()).(*types.Pointer); pointer {
			c.byPointer(obj, s, i, field)
		} else if i > 0 {
			c.notFirst(obj, s, i, lit, field)
		}
		return
	}
}

// embedded says which of the framework's types a field embeds, by value or by pointer.
func embedded(f *types.Var) roles.TypeKind {
	if !f.Embedded() {
		return 0
	}
	if row, ok := roles.TypeOf(f.Type()); ok && (row.Kind == roles.CallToType || row.Kind == roles.CastToType) {
		return row.Kind
	}
	return 0
}

// fieldAt is the declaration of a struct's field.
func fieldAt(lit *ast.StructType, index int) *ast.Field {
	for _, f := range lit.Fields.List {
		if index -= max(1, len(f.Names)); index < 0 {
			return f
		}
	}
	return nil
}

// embeds collects what makes a struct a message, in itself and in the structs that it embeds.
func embeds(s *types.Struct, depth int, path string, all []embed) []embed {
	const deepest = 8
	if depth > deepest {
		return all
	}
	for i := range s.NumFields() {
		f := s.Field(i)
		if kind := embedded(f); kind != 0 {
			all = append(all, embed{kind, depth, path + f.Name()})
			continue
		}
		if !f.Embedded() {
			continue
		}
		t := types.Unalias(f.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		if _, ok := roles.TypeOf(t); ok {
			continue
		}
		if inner, ok := t.Underlying().(*types.Struct); ok {
			all = embeds(inner, depth+1, path+f.Name()+".", all)
		}
	}
	return all
}
