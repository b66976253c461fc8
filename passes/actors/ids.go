package actors

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// funcID names a function. Instances have their origin's ID, method values and thunks their method's.
func funcID(f *ssa.Function) FuncID {
	if o := f.Origin(); o != nil {
		f = o
	}
	if p := f.Parent(); p != nil {
		// ssa names literals "f$1" and the bodies of range-over-func loops "f-range1".
		own := strings.TrimPrefix(f.Name(), p.Name())
		return funcID(p) + "$" + FuncID(strings.TrimLeft(own, "$-"))
	}
	obj, ok := f.Object().(*types.Func)
	if !ok {
		if f.Pkg == nil {
			return FuncID(f.String())
		}
		return FuncID(f.Pkg.Pkg.Path() + "." + f.Name()) // the package initializer
	}
	if obj.Name() == "init" && obj.Signature().Recv() == nil {
		return FuncID(obj.Pkg().Path() + "." + f.Name()) // init#1, init#2, ...
	}
	return funcObjID(obj, f.Prog.Fset)
}

// funcObjID names a declared function or method.
func funcObjID(obj *types.Func, fset *token.FileSet) FuncID {
	obj = obj.Origin()
	name := obj.Name()
	if name == "_" { // there may be several
		at := fset.PositionFor(obj.Pos(), false)
		name = fmt.Sprintf("_@%d:%d", at.Line, at.Column)
	}
	path := ""
	if obj.Pkg() != nil {
		path = obj.Pkg().Path()
	}
	recv := obj.Signature().Recv()
	if recv == nil {
		return FuncID(path + "." + name)
	}
	star, t := "", types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		star, t = "*", types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return FuncID("(" + star + namedID(named, fset, false) + ")." + name)
	}
	return FuncID("(" + path + ".interface)." + name)
}

// typeID names a type.
func typeID(t types.Type, fset *token.FileSet) TypeID {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return "*" + typeID(t.Elem(), fset)
	case *types.Slice:
		return "[]" + typeID(t.Elem(), fset)
	case *types.Map:
		return "map[" + typeID(t.Key(), fset) + "]" + typeID(t.Elem(), fset)
	case *types.Chan:
		return "chan " + typeID(t.Elem(), fset)
	case *types.Named:
		return TypeID(namedID(t, fset, true))
	case *types.TypeParam:
		return anyArg
	default:
		return TypeID(types.TypeString(t, nil))
	}
}

// namedID is "import/path.Name[args]"; a type declared in a function gets its position, since another function may
// declare one of the same name.
func namedID(t *types.Named, fset *token.FileSet, args bool) string {
	obj := t.Obj()
	if obj.Pkg() == nil {
		return obj.Name() // error, comparable
	}
	id := obj.Pkg().Path() + "." + obj.Name()
	if obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope() {
		at := fset.PositionFor(obj.Pos(), false)
		id += fmt.Sprintf("@%d:%d", at.Line, at.Column)
	}
	if args && t.TypeArgs().Len() > 0 {
		list := make([]string, t.TypeArgs().Len())
		for i := range list {
			list[i] = string(typeID(t.TypeArgs().At(i), fset))
		}
		id += "[" + strings.Join(list, ",") + "]"
	}
	return id
}
