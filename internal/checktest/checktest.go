// Package checktest holds a check against the test packages of testdata/src, against its own documentation, and
// against go vet. Expectations beside the code are analysistest's business; see Dir.
package checktest

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"honnef.co/go/tools/analysis/lint"
)

// Dir is the module of test packages, cut off from workspace and network; analysistest.Run takes it.
func Dir(t testing.TB) string {
	t.Helper()
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOWORK", "off")
	return filepath.Join(root(t), "testdata", "src")
}

// root of this module.
func root(t testing.TB) string {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("where are the sources?")
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Diagnostics are the check's findings in the packages that the patterns match, in dir. Overlay gives files that are
// not on disk, by absolute name; it may be nil.
func Diagnostics(t testing.TB, a *analysis.Analyzer, dir string, overlay map[string][]byte, patterns ...string) []analysis.Diagnostic {
	t.Helper()
	cfg := &packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir, Overlay: overlay, Tests: overlay == nil}
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 {
		t.Fatal("the code does not compile")
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []analysis.Diagnostic
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
		all = append(all, act.Diagnostics...)
	}
	return all
}

// Documentation compiles the examples of a check's documentation: the check has one finding before, none after.
func Documentation(t *testing.T, a *analysis.Analyzer, doc *lint.RawDocumentation) {
	t.Helper()
	for _, example := range []struct {
		name, code string
		want       int
	}{{"before", doc.Before, 1}, {"after", doc.After, 0}} {
		t.Run(example.name, func(t *testing.T) {
			dir := Dir(t)
			file := filepath.Join(dir, a.Name, "doc", "doc.go") // not on disk
			got := Diagnostics(t, a, dir, map[string][]byte{file: []byte(example.code)}, "./"+a.Name+"/doc")
			if len(got) != example.want {
				t.Errorf("%d findings, want %d: %v", len(got), example.want, got)
			}
		})
	}
}

// Vet is what go vet prints with this check alone, for packages of the test module. Vet keeps only the facts of
// direct imports, which analysistest does not show.
func Vet(t *testing.T, check string, patterns ...string) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "otplint.exe")
	build := exec.Command("go", "build", "-o", tool, "./cmd/otplint")
	build.Dir = root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	vet := exec.Command("go", append([]string{"vet", "-vettool=" + tool, "-" + check}, patterns...)...)
	vet.Dir = Dir(t)
	out, err := vet.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(out), `\`, "/")
}
