package unsupervised_test

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/otplint/otplint/analyzers/unsupervised"
	"github.com/otplint/otplint/passes/cone"
)

func testdata(t *testing.T) string {
	t.Helper()
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOWORK", "off")
	dir, err := filepath.Abs("../../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFindings(t *testing.T) {
	analysistest.Run(t, testdata(t), unsupervised.Analyzer, "./unsupervised/...")
}

// strict sets the flag for one test.
func strict(t *testing.T) {
	t.Helper()
	flag := unsupervised.Analyzer.Flags.Lookup("strict").Value
	if err := flag.Set("true"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set("false") })
}

func TestStrict(t *testing.T) {
	strict(t)
	analysistest.Run(t, testdata(t), unsupervised.Analyzer, "./unsupervisedstrict")
}

// TestWholeModule judges a package that does not use the runtime, as the command
// does when the scope is the module.
func TestWholeModule(t *testing.T) {
	defer cone.EverythingForTest()()
	dir := testdata(t)
	findings := lint(t, dir, "./unsupervised/outside")
	if len(findings) != 1 || !strings.Contains(findings[0], "the loop at outside.go:9 never ends") {
		t.Errorf("findings: %q", findings)
	}
}

func TestScopeFlag(t *testing.T) {
	flag := unsupervised.Analyzer.Flags.Lookup("scope").Value
	if flag.String() != "cone" {
		t.Errorf("default scope is %q", flag)
	}
	if err := flag.Set("world"); err == nil {
		t.Error("-scope=world is accepted")
	}
	if err := flag.Set("cone"); err != nil {
		t.Error(err)
	}
}

// TestRelated holds the related information: the loop, and who starts it.
func TestRelated(t *testing.T) {
	graph := analyze(t, testdata(t), "./unsupervised/wiring")
	for _, act := range graph.Roots {
		for _, d := range act.Diagnostics {
			var got []string
			for _, r := range d.Related {
				got = append(got, r.Message)
			}
			if want := []string{"this keeps it running, in poll", "started from main"}; !slices.Equal(got, want) {
				t.Errorf("related: %q, want %q", got, want)
			}
			return
		}
	}
	t.Error("no finding")
}

// TestDocumentation compiles and lints the examples of the documentation.
func TestDocumentation(t *testing.T) {
	for _, test := range []struct {
		name, code string
		want       int
	}{
		{"before", unsupervised.Doc.Before, 1},
		{"after", unsupervised.Doc.After, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := testdata(t)
			file := filepath.Join(root, "unsupervised", "doc", "poller.go") // is not on disk
			findings := lint(t, root, "./unsupervised/doc", file, test.code)
			if len(findings) != test.want {
				t.Errorf("findings: %q, want %d", findings, test.want)
			}
		})
	}
}

func lint(t *testing.T, dir, pattern string, overlay ...string) []string {
	t.Helper()
	var out []string
	for _, act := range analyze(t, dir, pattern, overlay...).Roots {
		for _, d := range act.Diagnostics {
			out = append(out, d.Message)
		}
	}
	return out
}

// analyze runs the check; overlay is at most one file, its name and its text.
func analyze(t *testing.T, dir, pattern string, overlay ...string) *checker.Graph {
	t.Helper()
	config := &packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir}
	if len(overlay) == 2 {
		config.Overlay = map[string][]byte{overlay[0]: []byte(overlay[1])}
	}
	pkgs, err := packages.Load(config, pattern)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 {
		t.Fatal("the code does not compile")
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{unsupervised.Analyzer}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
	}
	return graph
}

// TestVet holds the findings of go vet against those of analysistest: vet keeps
// only the facts of direct imports, so package indirect proves that ours are
// closed over dependencies.
func TestVet(t *testing.T) {
	dir := testdata(t)
	tool := filepath.Join(t.TempDir(), "otplint.exe")
	build := exec.Command("go", "build", "-o", tool, "github.com/otplint/otplint/cmd/otplint")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	vet := exec.Command("go", "vet", "-vettool="+tool, "./unsupervised/cross", "./unsupervised/indirect")
	vet.Dir = dir
	out, err := vet.CombinedOutput()
	if err == nil {
		t.Errorf("go vet found nothing\n%s", out)
	}
	if got, want := strings.Count(string(out), "the loop at lib.go:15 never ends"), 11; got != want {
		t.Errorf("%d findings of lib's loop, want %d\n%s", got, want, out)
	}
}
