// Package roles is the table of framework symbols: which function calls a server, which makes a child, which
// method is a callback, and with what semantics. It is the only package of the linter that knows a framework's
// names; everything else asks it about a types.Object. A framework is data (see otp.go for the bundled runtime):
// adding one changes no rule.
//
// It does not look at code and reports nothing.
package roles

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"time"
)

// FrameworkOf returns the framework that a package belongs to, or nil.
func FrameworkOf(path string) *Framework {
	for _, f := range frameworks {
		if path == f.Prefix || strings.HasPrefix(path, f.Prefix) && path[len(f.Prefix)] == '/' {
			return f
		}
	}
	return nil
}

// RemediesFor are the cures for a package's findings: those of the first framework that it imports, else of the first
// there is.
func RemediesFor(pkg *types.Package) Remedies { return frameworkFor(pkg).Remedies }

// CallTimeoutFor is how long a call of a package waits when its context has no deadline: in the first framework that
// the package imports, else in the first there is.
func CallTimeoutFor(pkg *types.Package) time.Duration { return frameworkFor(pkg).CallTimeout }

func frameworkFor(pkg *types.Package) *Framework {
	for _, f := range frameworks {
		for _, imp := range pkg.Imports() {
			if FrameworkOf(imp.Path()) == f {
				return f
			}
		}
	}
	return frameworks[0]
}

type symbol struct{ path, recv, name string }

var (
	frameworks = []*Framework{otp}
	funcs      = map[symbol]Func{}
	typesByID  = map[symbol]Type{}
	callbacks  = map[string][]Callback{}
)

func init() {
	for _, f := range frameworks {
		index(f)
	}
}

// index fills the lookup tables with one framework's rows.
func index(f *Framework) {
	for _, row := range f.Funcs {
		row.framework = f
		funcs[symbol{f.path(row.Package), row.Recv, row.Name}] = row
	}
	for _, row := range f.Types {
		row.framework = f
		typesByID[symbol{f.path(row.Package), "", row.Name}] = row
	}
	for _, row := range f.Callbacks {
		row.framework = f
		callbacks[row.Name] = append(callbacks[row.Name], row)
	}
}

func (f *Framework) path(rel string) string {
	if rel == "" {
		return f.Prefix
	}
	return f.Prefix + "/" + rel
}

// Of returns the role of a function or method. An instance of a generic function has its origin's role.
func Of(fn *types.Func) (Func, bool) {
	if fn == nil || fn.Pkg() == nil || FrameworkOf(fn.Pkg().Path()) == nil {
		return Func{}, false
	}
	fn = fn.Origin()
	recv := ""
	if r := fn.Signature().Recv(); r != nil {
		named := namedOf(r.Type())
		if named == nil {
			return Func{}, false
		}
		recv = named.Obj().Name()
	}
	f, ok := funcs[symbol{fn.Pkg().Path(), recv, fn.Name()}]
	return f, ok
}

// TypeOf returns the role of a named type, pointer to one, or alias of either.
func TypeOf(t types.Type) (Type, bool) {
	named := namedOf(t)
	if named == nil || named.Obj().Pkg() == nil {
		return Type{}, false
	}
	obj := named.Obj()
	if obj.Parent() != obj.Pkg().Scope() || FrameworkOf(obj.Pkg().Path()) == nil {
		return Type{}, false
	}
	row, ok := typesByID[symbol{obj.Pkg().Path(), "", obj.Name()}]
	return row, ok
}

// KindOf is the role of a package's type of that name, 0 if it has none.
func KindOf(path, name string) TypeKind { return typesByID[symbol{path, "", name}].Kind }

// IsNormal says whether a package variable is a framework's exit reason of a process that has done its work.
func IsNormal(obj types.Object) bool {
	if obj == nil || obj.Pkg() == nil {
		return false
	}
	f := FrameworkOf(obj.Pkg().Path())
	return f != nil && f.Normal[1] == obj.Name() && f.path(f.Normal[0]) == obj.Pkg().Path()
}

// IsAgent says whether a package's type of that name is an agent.
func IsAgent(path, name string) bool { return typesByID[symbol{path, "", name}].Kind == AgentType }

// IsType says whether t has the given role.
func IsType(t types.Type, kind TypeKind) bool {
	row, ok := TypeOf(t)
	return ok && row.Kind == kind
}

// CallbackOf returns the callback that a method is, by name and signature. A method with a callback's name and
// another signature is none.
func CallbackOf(fn *types.Func) (Callback, bool) {
	if fn == nil {
		return Callback{}, false
	}
	rows := callbacks[fn.Name()]
	if rows == nil || fn.Signature().Recv() == nil {
		return Callback{}, false
	}
	for _, row := range rows {
		if match(fn.Signature().Params(), row.Params) && match(fn.Signature().Results(), row.Results) {
			return row, true
		}
	}
	return Callback{}, false
}

func match(tuple *types.Tuple, kinds []TypeKind) bool {
	if tuple.Len() != len(kinds) {
		return false
	}
	for i, kind := range kinds {
		if !hasKind(tuple.At(i).Type(), kind) {
			return false
		}
	}
	return true
}

func hasKind(t types.Type, kind TypeKind) bool {
	switch kind {
	case AnyType:
		i, ok := t.Underlying().(*types.Interface)
		return ok && i.Empty()
	case ErrorType:
		return types.Identical(t, types.Universe.Lookup("error").Type())
	case StdContextType:
		n, ok := types.Unalias(t).(*types.Named)
		return ok && n.Obj().Name() == "Context" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context"
	}
	return IsType(t, kind)
}

// ConstOf returns the meaning of a constant value of one of the framework's types.
func ConstOf(t types.Type, v constant.Value) (Const, bool) {
	row, ok := TypeOf(t)
	if !ok || v == nil {
		return Const{}, false
	}
	scope := namedOf(t).Obj().Pkg().Scope()
	for _, c := range row.framework.Consts {
		if c.Package != row.Package {
			continue
		}
		obj, ok := scope.Lookup(c.Name).(*types.Const)
		if ok && types.Identical(obj.Type(), t) && constant.Compare(obj.Val(), token.EQL, v) {
			return c, true
		}
	}
	return Const{}, false
}

// namedOf is the named type behind aliases and at most one pointer, or nil.
func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}
