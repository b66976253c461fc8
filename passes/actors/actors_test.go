package actors_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/otplint/otplint/passes/actors"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

var update = flag.Bool("update", false, "rewrite the golden dumps")

// dir is the analysistest module; it is not part of this module's workspace.
func dir(t *testing.T) string {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOPROXY", "off")
	dir, err := filepath.Abs(filepath.Join("..", "..", "testdata", "src"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// model hands the model out: a check in small.
var model = &analysis.Analyzer{
	Name:       "model",
	Doc:        "return the actor model",
	Requires:   []*analysis.Analyzer{actors.Analyzer},
	Run:        func(pass *analysis.Pass) (any, error) { return pass.ResultOf[actors.Analyzer], nil },
	ResultType: reflect.TypeFor[*actors.Model](),
}

// TestGolden dumps the models of the test packages and compares them with testdata/<package>.txt.
func TestGolden(t *testing.T) {
	patterns := []string{"./counter", "./counteruse", "./deep/...", "./wrap", "./wrapuse", "./treelib", "./trees", "./forms", "./library"}
	for _, result := range analysistest.Run(t, dir(t), model, patterns...) {
		m, ok := result.Result.(*actors.Model)
		if !ok || m == nil {
			t.Errorf("%v: no model", result.Pass.Pkg)
			continue
		}
		var buf bytes.Buffer
		m.Pkg.Dump(&buf)
		golden := filepath.Join("testdata", strings.ReplaceAll(strings.TrimPrefix(m.Pkg.Path, "otplint.test/"), "/", "_")+".txt")
		if *update {
			if err := os.WriteFile(golden, buf.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got := buf.String(); got != string(want) {
			t.Errorf("%s differs from %s (rewrite with -update after reading the difference):\n%s", m.Pkg.Path, golden, diff(string(want), got))
		}
	}
}

// diff lists the lines that only one of two texts has.
func diff(want, got string) string {
	var out strings.Builder
	lines := func(s string) map[string]bool {
		set := map[string]bool{}
		for _, l := range strings.Split(s, "\n") {
			set[l] = true
		}
		return set
	}
	in, have := lines(want), lines(got)
	for _, l := range strings.Split(want, "\n") {
		if !have[l] {
			out.WriteString("- " + l + "\n")
		}
	}
	for _, l := range strings.Split(got, "\n") {
		if !in[l] {
			out.WriteString("+ " + l + "\n")
		}
	}
	return out.String()
}
