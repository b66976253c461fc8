// Package checktest holds a check against the test packages of testdata/src, against its own documentation, and
// against go vet. Expectations beside the code are analysistest's business; see Dir.
package checktest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/lint"

	"github.com/otplint/otplint/internal/finding"
	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/internal/runner"
	"github.com/otplint/otplint/internal/testmod"
	"github.com/otplint/otplint/passes/roles"
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

// Findings are the check's in the packages that the patterns match, and their tests. Facts reach direct importers
// only, as in vet.
func Findings(t testing.TB, a *analysis.Analyzer, dir string, patterns ...string) []finding.Finding {
	t.Helper()
	graph, err := load.Load(context.Background(), load.Config{
		Dir: dir, Patterns: patterns, Tests: true,
		InCone: func(path string) bool { return roles.FrameworkOf(path) != nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	result := runner.Run(graph, runner.Config{Analyzers: []*analysis.Analyzer{a}})
	for _, p := range append(graph.Problems, result.Problems...) {
		t.Error(p)
	}
	return result.Findings
}

// Documentation compiles the examples of a check's documentation: the check has one finding before, none after.
func Documentation(t *testing.T, a *analysis.Analyzer, doc *lint.RawDocumentation) {
	t.Helper()
	for _, example := range []struct {
		name, code string
		want       int
	}{{"before", doc.Before, 1}, {"after", doc.After, 0}} {
		t.Run(example.name, func(t *testing.T) {
			dir := Module(t, "-- doc.go --"+example.code)
			got := Findings(t, a, dir, ".")
			if len(got) != example.want {
				t.Errorf("%d findings, want %d: %v", len(got), example.want, got)
			}
		})
	}
}

// Module writes a module that uses this one, from a txtar archive without go.mod, and returns its directory.
func Module(t testing.TB, archive string) string {
	t.Helper()
	return testmod.Write(t, "-- go.sum --\n"+read(t, "go.sum")+"-- go.mod --\n"+goMod(t)+archive)
}

// goMod is that of a module which uses this one.
func goMod(t testing.TB) string {
	return strings.ReplaceAll(read(t, "go.mod"), "=> ../..", "=> "+strconv.Quote(root(t)))
}

// read reads a file of the module of test packages.
func read(t testing.TB, name string) string {
	data, err := os.ReadFile(filepath.Join(root(t), "testdata", "src", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
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
