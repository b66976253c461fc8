// Package actorssa builds the SSA form of a package, but only inside the cone: the stock buildssa and ctrlflow
// analyzers, once required, would run over every dependency, the standard library included.
package actorssa

import (
	"go/ast"
	"go/types"
	"reflect"

	"github.com/otplint/otplint/passes/cone"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// Analyzer builds the SSA form. Its result is nil outside the cone.
var Analyzer = &analysis.Analyzer{
	Name:       "otplintssa",
	Doc:        "build the SSA form of packages that use a known actor framework",
	URL:        "https://pkg.go.dev/github.com/otplint/otplint/passes/actorssa",
	Requires:   []*analysis.Analyzer{cone.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*SSA](),
}

// SSA is a package's SSA form.
type SSA struct {
	Pkg *ssa.Package
	// Funcs are all functions with a body: declared ones, methods, every init, the package initializer, and
	// literals, each literal after the function that holds it; in source order, so that results are stable.
	// Generic functions appear once, as written.
	Funcs []*ssa.Function
}

func run(pass *analysis.Pass) (any, error) {
	if pass.ResultOf[cone.Analyzer].(cone.Status) != cone.User {
		return (*SSA)(nil), nil
	}
	prog := ssa.NewProgram(pass.Fset, 0)
	prog.SetNoReturn(noReturn)
	for _, imp := range pass.Pkg.Imports() {
		prog.CreatePackage(imp, nil, nil, true)
	}
	pkg := prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false)
	pkg.Build()

	s := &SSA{Pkg: pkg}
	s.add(pkg.Func("init")) // initializers of package variables, and the literals in them
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				if obj, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					s.add(prog.FuncValue(obj))
				}
			}
		}
	}
	return s, nil
}

func (s *SSA) add(f *ssa.Function) {
	if f == nil || f.Blocks == nil {
		return
	}
	s.Funcs = append(s.Funcs, f)
	for _, anon := range f.AnonFuncs {
		s.add(anon)
	}
}

// noReturn lists the functions after which control does not continue. The ctrlflow pass would infer the user's
// own as well, at the price of building the control flow of every dependency.
func noReturn(f *types.Func) bool {
	if f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "os":
		return f.Name() == "Exit"
	case "runtime":
		return f.Name() == "Goexit"
	case "log":
		return f.Name() == "Fatal" || f.Name() == "Fatalf" || f.Name() == "Fatalln"
	}
	return false
}
