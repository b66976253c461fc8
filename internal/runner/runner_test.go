package runner_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/internal/runner"
	"github.com/otplint/otplint/internal/testmod"
)

// In this module low is a framework, mid and top depend on it in a chain. A
// function whose name starts with Bad is bad; so is a call of it.
const module = `
-- go.mod --
module test.example

go 1.26
-- low/low.go --
package low

func Bad() {}

func Good() {}
-- mid/mid.go --
package mid

import "test.example/low"

func Bad() { low.Bad() }

func Get() func() { return low.Good }
-- mid/mid_test.go --
package mid

func BadTest() { Bad() }
-- top/top.go --
package top

import "test.example/mid"

func F() { mid.Bad(); mid.Get()() }
-- side/side.go --
package side

import "test.example/low"

func F() { low.Bad() }
`

// bad is an object fact.
type bad struct{ From string }

func (*bad) AFact()           {}
func (f *bad) String() string { return "bad" }

// own and deep are package facts: the package's own path, and the paths of all
// packages below, carried up by each.
type own struct{ Path string }

func (*own) AFact() {}

type deep struct{ Paths []string }

func (*deep) AFact() {}

// names is a horizontal prerequisite: the names of the functions declared.
var names = &analysis.Analyzer{
	Name: "names", Doc: "names", ResultType: reflect.TypeFor[[]string](),
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		var result []string
		pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder([]ast.Node{(*ast.FuncDecl)(nil)}, func(n ast.Node) {
			result = append(result, n.(*ast.FuncDecl).Name.Name)
		})
		return result, nil
	},
}

var badFuncs = &analysis.Analyzer{
	Name: "badfuncs", Doc: "finds bad functions and their callers", URL: "https://test.example/badfuncs",
	Requires: []*analysis.Analyzer{names}, FactTypes: []analysis.Fact{new(bad)},
	Run: func(pass *analysis.Pass) (any, error) {
		for _, name := range pass.ResultOf[names].([]string) {
			if strings.HasPrefix(name, "Bad") {
				pass.ExportObjectFact(pass.Pkg.Scope().Lookup(name), &bad{From: pass.Pkg.Path()})
			}
		}
		for id, obj := range pass.TypesInfo.Uses {
			var fact bad
			if _, ok := obj.(*types.Func); ok && pass.ImportObjectFact(obj, &fact) {
				pass.Report(analysis.Diagnostic{
					Pos: id.Pos(), End: id.End(), Message: "bad function of " + fact.From,
					Related:        []analysis.RelatedInformation{{Pos: obj.Pos(), Message: "declared here"}},
					SuggestedFixes: []analysis.SuggestedFix{{Message: "Be good", TextEdits: []analysis.TextEdit{{Pos: id.Pos(), End: id.End(), NewText: []byte("Good")}}}},
				})
			}
		}
		return nil, nil
	},
}

var facts = &analysis.Analyzer{
	Name: "facts", Doc: "reports the package facts it sees", FactTypes: []analysis.Fact{new(own), new(deep)},
	Run: func(pass *analysis.Pass) (any, error) {
		var direct, all []string
		for _, imp := range pass.Pkg.Imports() {
			var d deep
			if pass.ImportPackageFact(imp, &d) {
				all = append(all, d.Paths...)
			}
		}
		for _, fact := range pass.AllPackageFacts() {
			if f, ok := fact.Fact.(*own); ok {
				direct = append(direct, f.Path)
			}
		}
		slices.Sort(direct)
		pass.ExportPackageFact(&own{pass.Pkg.Path()})
		pass.ExportPackageFact(&deep{append(all, pass.Pkg.Path())})
		pass.Reportf(pass.Files[0].Package, "direct %v, deep %v", direct, all)
		return nil, nil
	},
}

func run(t *testing.T, dir string, cfg runner.Config, patterns ...string) runner.Result {
	t.Helper()
	if err := analysis.Validate(cfg.Analyzers); err != nil {
		t.Fatal(err)
	}
	g, err := load.Load(t.Context(), load.Config{
		Dir: dir, Patterns: patterns, Tests: true, InCone: func(path string) bool { return path == "test.example/low" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return runner.Run(g, cfg)
}

func describe(result runner.Result) []string {
	var lines []string
	for _, f := range result.Findings {
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s (%s)", filepath.Base(f.Pos.Filename), f.Pos.Line, f.Pos.Column, f.Message, f.Check))
	}
	return lines
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestObjectFactsAndFindings(t *testing.T) {
	dir := testmod.Write(t, module)
	for workers := range 4 {
		result := run(t, dir, runner.Config{Analyzers: []*analysis.Analyzer{badFuncs}, Workers: workers}, "./...")
		expect(t, describe(result),
			"mid.go:5:18: bad function of test.example/low (badfuncs)",
			"mid_test.go:3:18: bad function of test.example/mid (badfuncs)",
			"side.go:5:16: bad function of test.example/low (badfuncs)",
			"top.go:5:16: bad function of test.example/mid (badfuncs)",
		)
		if len(result.Problems) > 0 {
			t.Errorf("problems: %v", result.Problems)
		}
		f := result.Findings[0]
		if f.End.Column != 21 || f.Package != "test.example/mid" || f.URL != badFuncs.URL {
			t.Errorf("finding %+v", f)
		}
		if len(f.Related) != 1 || filepath.Base(f.Related[0].Pos.Filename) != "low.go" || f.Related[0].Pos.Line != 3 {
			t.Errorf("related %+v", f.Related)
		}
		if len(f.Fixes) != 1 || len(f.Fixes[0].Edits) != 1 || f.Fixes[0].Edits[0].New != "Good" || f.Fixes[0].Edits[0].End-f.Fixes[0].Edits[0].Start != 3 {
			t.Errorf("fixes %+v", f.Fixes)
		}
	}
}

func TestPatternsSelectWhatIsReported(t *testing.T) {
	result := run(t, testmod.Write(t, module), runner.Config{Analyzers: []*analysis.Analyzer{badFuncs}}, "./top")
	expect(t, describe(result), "top.go:5:16: bad function of test.example/mid (badfuncs)")
}

// Vet drops the package facts of indirect imports, and so must this runner.
func TestPackageFacts(t *testing.T) {
	result := run(t, testmod.Write(t, module), runner.Config{Analyzers: []*analysis.Analyzer{facts}}, "./...")
	expect(t, describe(result),
		"low.go:1:1: direct [], deep [] (facts)",
		"mid.go:1:1: direct [test.example/low], deep [test.example/low] (facts)",
		"side.go:1:1: direct [test.example/low], deep [test.example/low] (facts)",
		"top.go:1:1: direct [test.example/mid], deep [test.example/low test.example/mid] (facts)",
	)
}

func TestObserve(t *testing.T) {
	seen := map[string][]string{}
	run(t, testmod.Write(t, module), runner.Config{
		Analyzers: []*analysis.Analyzer{facts},
		Observe: map[*analysis.Analyzer]func(*load.Package, any){
			names: func(p *load.Package, result any) { seen[p.ID] = result.([]string) },
		},
	}, "./mid", "./side")
	if len(seen) != 2 || !slices.Equal(seen["test.example/mid [test.example/mid.test]"], []string{"Bad", "Get", "BadTest"}) {
		t.Errorf("seen %v", seen)
	}
}

func TestInternalErrors(t *testing.T) {
	onMid := func(name string, f func() error) *analysis.Analyzer {
		return &analysis.Analyzer{
			Name: name, Doc: name, ResultType: reflect.TypeFor[int](),
			Run: func(pass *analysis.Pass) (any, error) {
				if pass.Pkg.Path() == "test.example/mid" {
					return 0, f()
				}
				return 0, nil
			},
		}
	}
	panics := onMid("panics", func() error { var m map[string]int; m["x"] = 1; return nil })
	fails := onMid("fails", func() error { return fmt.Errorf("no luck") })
	needs := &analysis.Analyzer{
		Name: "needs", Doc: "needs", Requires: []*analysis.Analyzer{panics},
		Run: func(pass *analysis.Pass) (any, error) {
			pass.Reportf(pass.Files[0].Package, "ran")
			return nil, nil
		},
	}
	wrong := &analysis.Analyzer{
		Name: "wrong", Doc: "wrong", FactTypes: []analysis.Fact{new(own)},
		Run: func(pass *analysis.Pass) (any, error) {
			if pass.Pkg.Path() == "test.example/mid" {
				pass.ExportPackageFact(new(deep))
			}
			return nil, nil
		},
	}
	result := run(t, testmod.Write(t, module), runner.Config{Analyzers: []*analysis.Analyzer{needs, fails, wrong, badFuncs}}, "./mid", "./side", "./top")
	var messages []string
	for _, p := range result.Problems {
		messages = append(messages, p.String())
	}
	text := strings.Join(messages, "\n")
	for _, want := range []string{
		"internal error: check panics on test.example/mid [test.example/mid.test]: panic: assignment to entry in nil map at github.com/otplint/otplint/internal/runner_test.TestInternalErrors",
		"internal error: check fails on test.example/mid [test.example/mid.test]: no luck; please report it",
		"internal error: check wrong on test.example/mid: panic: wrong does not declare the fact type *runner_test.deep",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nwant %q", text, want)
		}
	}
	expect(t, describe(result),
		"mid.go:5:18: bad function of test.example/low (badfuncs)",
		"mid_test.go:3:18: bad function of test.example/mid (badfuncs)",
		"side.go:1:1: ran (needs)",
		"side.go:5:16: bad function of test.example/low (badfuncs)",
		"top.go:1:1: ran (needs)",
		"top.go:5:16: bad function of test.example/mid (badfuncs)",
	)
}

func TestBrokenPackage(t *testing.T) {
	dir := testmod.Write(t, module+`
-- broken/broken.go --
package broken

import "test.example/low"

var X string = low.Good
-- user/user.go --
package user

import "test.example/broken"

var X = broken.X
`)
	result := run(t, dir, runner.Config{Analyzers: []*analysis.Analyzer{badFuncs}}, "./user", "./top")
	expect(t, describe(result), "top.go:5:16: bad function of test.example/mid (badfuncs)")
	if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].String(), "broken.go:5:16: cannot use low.Good") {
		t.Errorf("problems: %v", result.Problems)
	}
	result = run(t, dir, runner.Config{Analyzers: []*analysis.Analyzer{badFuncs}}, "./top")
	if len(result.Problems) != 0 {
		t.Errorf("problems of packages that nobody asked for: %v", result.Problems)
	}
}

// A fingerprint survives edits elsewhere and differs between findings.
func TestFingerprints(t *testing.T) {
	prints := func(source string) []string {
		dir := testmod.Write(t, module+"-- f/f.go --\n"+source)
		var result []string
		for _, f := range run(t, dir, runner.Config{Analyzers: []*analysis.Analyzer{badFuncs}}, "./f").Findings {
			result = append(result, f.Fingerprint)
		}
		return result
	}
	before := prints("package f\n\nimport \"test.example/low\"\n\nfunc F() {\n\tlow.Bad()\n\tlow.Bad()\n}\n\nfunc G() { low.Bad() }\n")
	after := prints("package f\n\nimport \"test.example/low\"\n\n// New.\nvar X int\n\n// F is documented.\nfunc F() {\n\tX++\n\tlow.\n\t\tBad()\n\tlow.Bad() // here\n}\n\nfunc G() { low.Bad() }\n")
	if len(before) != 3 || !slices.Equal(before, after) {
		t.Errorf("before %v, after %v", before, after)
	}
	unique := slices.Clone(before)
	slices.Sort(unique)
	if len(slices.Compact(unique)) != 3 {
		t.Errorf("not unique: %v", before)
	}
}
