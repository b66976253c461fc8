package actorssa

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"github.com/otplint/otplint/passes/cone"
	"golang.org/x/tools/go/analysis"
)

func build(t *testing.T, src string, status cone.Status) *SSA {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Scopes: map[ast.Node]*types.Scope{}, Instances: map[*ast.Ident]types.Instance{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	pkg, err := conf.Check("p", fset, []*ast.File{file}, info)
	if err != nil {
		t.Fatal(err)
	}
	res, err := run(&analysis.Pass{
		Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info,
		ResultOf: map[*analysis.Analyzer]any{cone.Analyzer: status},
	})
	if err != nil {
		t.Fatal(err)
	}
	return res.(*SSA)
}

const source = `package p

var atInit = func() int { return 1 }

func init() {}
func init() { func() {}() }
func _()    {}

type G[T any] struct{ v T }

func (g *G[T]) Get() T { return g.v }

func use(g *G[int]) { defer func() { go func() { g.Get() }() }() }
`

// TestFuncs: everything with a body is there once, the literals of package variables and every init included.
func TestFuncs(t *testing.T) {
	var got []string
	for _, f := range build(t, source, cone.User).Funcs {
		got = append(got, f.Name())
	}
	want := []string{"init", "init$1", "init#1", "init#2", "init#2$1", "_", "Get", "use", "use$1", "use$1$1"}
	if !slices.Equal(got, want) {
		t.Errorf("functions %v, want %v", got, want)
	}
}

func TestOutside(t *testing.T) {
	for _, status := range []cone.Status{cone.Outside, cone.Framework} {
		if s := build(t, source, status); s != nil {
			t.Errorf("SSA built for status %d", status)
		}
	}
}

func TestNoFunctions(t *testing.T) {
	s := build(t, "package p; const C = 1; type T struct{}", cone.User)
	if s == nil || len(s.Funcs) > 1 {
		t.Errorf("a package without functions gave %+v", s)
	}
}
