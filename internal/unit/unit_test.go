package unit_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/format"
	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/internal/runner"
	"github.com/otplint/otplint/internal/testmod"
	"github.com/otplint/otplint/internal/unit"
)

// This test binary is the vet tool of its own tests.
func TestMain(m *testing.M) {
	if unit.Is(os.Args[1:]) {
		os.Exit(unit.Main(os.Args[1:], isFramework, calls, unsupervised))
	}
	os.Exit(m.Run())
}

func isFramework(path string) bool { return path == "test.example/fw" }

// reach is a package fact, the names of all functions below that say they are
// to be found. Like the actor model it carries the facts of what it imports,
// since vet would not.
type reach struct{ Funcs []string }

func (*reach) AFact() {}

// reachable computes the fact and has it as its result.
var reachable = &analysis.Analyzer{
	Name: "reachable", Doc: "collects functions", FactTypes: []analysis.Fact{new(reach)}, ResultType: reflect.TypeFor[[]string](),
	Run: func(pass *analysis.Pass) (any, error) {
		var funcs []string
		for _, imp := range pass.Pkg.Imports() {
			var fact reach
			if pass.ImportPackageFact(imp, &fact) {
				funcs = append(funcs, fact.Funcs...)
			}
		}
		for _, name := range pass.Pkg.Scope().Names() {
			if strings.HasPrefix(name, "Find") {
				funcs = append(funcs, pass.Pkg.Path()+"."+name)
			}
			if name == "Panics" {
				panic("seen " + name)
			}
		}
		slices.Sort(funcs)
		funcs = slices.Compact(funcs)
		pass.ExportPackageFact(&reach{funcs})
		return funcs, nil
	},
}

// calls reports every call of a function of the module under test, and what
// the package's dependencies contain.
var calls = &analysis.Analyzer{
	Name: "calls", Doc: "reports calls", Requires: []*analysis.Analyzer{reachable},
	Run: func(pass *analysis.Pass) (any, error) {
		for _, file := range pass.Files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
					if f, ok := pass.TypesInfo.Uses[sel.Sel].(*types.Func); ok {
						pass.Reportf(call.Pos(), "calls %s; below are %v", f.Name(), pass.ResultOf[reachable])
					}
				}
				return true
			})
		}
		return nil, nil
	},
}

// unsupervised has the flag that vet must refuse.
var unsupervised = &analysis.Analyzer{
	Name: "unsupervised", Doc: "has a flag",
	Run: func(*analysis.Pass) (any, error) { return nil, nil },
}

func init() { unsupervised.Flags.String("scope", "cone", "what to judge") }

const module = `
-- go.mod --
module test.example

go 1.26
-- fw/fw.go --
package fw

func FindMe() {}
-- lib/lib.go --
package lib

import "test.example/fw"

func F() { fw.FindMe() }
-- lib/lib_test.go --
package lib

func g() { F() }
-- mid/mid.go --
package mid

import "test.example/lib"

func FindMid() { lib.F() }
-- app/app.go --
package main

import (
	"test.example/mid"
	"test.example/plain"
)

func main() { mid.FindMid(); plain.F() }
-- app/x_test.go --
package main_test

import "test.example/mid"

var _ = func() { mid.FindMid() }
-- plain/plain.go --
package plain

import "os"

func F() { os.Getpid() }
`

// vet runs go vet with this binary and returns what it prints, sorted, without
// the lines that name packages.
func vet(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", append([]string{"vet", "-vettool=" + exe}, args...)...)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // it fails if there are findings
	var lines []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// command runs the command's own driver and prints in vet's manner.
func command(t *testing.T, dir string, patterns ...string) []string {
	t.Helper()
	g, err := load.Load(t.Context(), load.Config{Dir: dir, Patterns: patterns, Tests: true, InCone: isFramework})
	if err != nil {
		t.Fatal(err)
	}
	result := runner.Run(g, runner.Config{Analyzers: []*analysis.Analyzer{calls}})
	if len(result.Problems) > 0 {
		t.Error(result.Problems)
	}
	var lines []string
	for _, f := range result.Findings {
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s (%s)", format.Relative(f.Pos.Filename, dir), f.Pos.Line, f.Pos.Column, f.Message, f.Check))
	}
	slices.Sort(lines)
	return lines
}

func expect(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestSameFindings(t *testing.T) {
	dir := testmod.Write(t, module)
	want := []string{
		"app/app.go:8:15: calls FindMid; below are [test.example/fw.FindMe test.example/mid.FindMid] (calls)",
		"app/app.go:8:30: calls F; below are [test.example/fw.FindMe test.example/mid.FindMid] (calls)",
		"app/x_test.go:5:18: calls FindMid; below are [test.example/fw.FindMe test.example/mid.FindMid] (calls)",
		"lib/lib.go:5:12: calls FindMe; below are [test.example/fw.FindMe] (calls)",
		"mid/mid.go:5:18: calls F; below are [test.example/fw.FindMe test.example/mid.FindMid] (calls)",
	}
	expect(t, command(t, dir, "./..."), want)
	expect(t, vet(t, dir, "./..."), want)
}

// The go command's cache would give the second run the empty answer that lib
// got as a mere dependency in the first.
func TestLostFindings(t *testing.T) {
	dir := testmod.Write(t, module)
	if got := vet(t, dir, "./app"); len(got) != 3 {
		t.Errorf("first run: %q", got)
	}
	expect(t, vet(t, dir, "./..."), command(t, dir, "./..."))
	expect(t, vet(t, dir, "./..."), command(t, dir, "./...")) // from the cache
}

func TestPanicAndCommandOnlyFlag(t *testing.T) {
	dir := testmod.Write(t, module+"-- panics/panics.go --\npackage panics\n\nimport _ \"test.example/fw\"\n\nfunc Panics() {}\n")
	got := strings.Join(vet(t, dir, "./panics"), "\n")
	if !strings.Contains(got, "otplint: internal error: check reachable on test.example/panics: panic: seen Panics at") || strings.Contains(got, "goroutine ") {
		t.Errorf("panic: %s", got)
	}
	got = strings.Join(vet(t, dir, "-unsupervised.scope=module", "./app"), "\n")
	if !strings.Contains(got, "-unsupervised.scope=module needs the whole module in view") {
		t.Errorf("flag: %s", got)
	}
	if got := vet(t, dir, "-unsupervised.scope=module", "./plain"); len(got) > 0 {
		t.Errorf("flag outside the cone: %q", got)
	}
}

// A package outside the cone is answered before anything is parsed: its
// configuration may name files that do not exist.
func TestGate(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	facts, none, out := write("facts", "x"), write("none", ""), filepath.Join(dir, "out")
	for _, test := range []struct {
		name, cfg string
		outside   bool
	}{
		{"no imports", `"ImportPath": "a"`, true},
		{"import without facts", `"ImportPath": "a", "ImportMap": {"b": "b"}, "PackageVetx": {"b": "` + none + `"}`, true},
		{"import of the cone", `"ImportPath": "a", "ImportMap": {"b": "v/b"}, "PackageVetx": {"v/b": "` + facts + `"}`, false},
		{"import of the framework", `"ImportPath": "a", "ImportMap": {"f": "test.example/fw"}`, false},
		{"framework", `"ImportPath": "test.example/fw"`, false},
		{"framework's test", `"ImportPath": "test.example/fw [test.example/fw.test]"`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			os.Remove(out)
			cfg := write("unit.cfg", `{"GoFiles": ["missing.go"], "VetxOutput": "`+out+`", `+test.cfg+`}`)
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			text, err := exec.Command(exe, cfg).CombinedOutput()
			info, statErr := os.Stat(out)
			if test.outside && (err != nil || statErr != nil || info.Size() > 0 || len(text) > 0) {
				t.Errorf("not answered by the gate: %v, %v, %s", err, statErr, text)
			}
			if !test.outside && (err == nil || !strings.Contains(string(text), "missing.go")) {
				t.Errorf("not analyzed: %v, %s", err, text)
			}
		})
	}
}

func TestIs(t *testing.T) {
	for _, args := range []string{"-V=full", "-flags", "/tmp/vet.cfg", "-json -calls=false vet.cfg"} {
		if !unit.Is(strings.Fields(args)) {
			t.Errorf("%q is the go command's", args)
		}
	}
	for _, args := range []string{"", "./...", "-V", "-flags ./...", "x.cfg ./..."} {
		if unit.Is(strings.Fields(args)) {
			t.Errorf("%q is a user's", args)
		}
	}
}
