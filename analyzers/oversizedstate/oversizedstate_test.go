package oversizedstate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/oversizedstate"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), oversizedstate.Analyzer, "./oversizedstate/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, oversizedstate.Analyzer, oversizedstate.Doc)
}

// TestMutants proves that each near miss is silent for its own reason: it takes away, or replaces, one marked line of
// package good, and exactly that line's fields are found.
func TestMutants(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(checktest.Dir(t), "oversizedstate", "good", "good.go"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(source), "\n")
	marked := regexp.MustCompile(`//- ([\w. ]+)(?:: (.*))?\n`)
	want := map[string]string{} // fields by package
	var archive strings.Builder
	for i, line := range lines {
		if mark := marked.FindStringSubmatch(line); mark != nil {
			mutant := slices.Clone(lines)
			mutant[i] = mark[2] + "\n"
			pkg := fmt.Sprintf("line%d", i+1)
			want[pkg] = mark[1]
			fmt.Fprintf(&archive, "-- %s/good.go --\n%s", pkg, strings.Join(mutant, ""))
		}
	}
	if len(want) < 40 {
		t.Fatalf("%d marked lines", len(want))
	}
	got := map[string]string{}
	for _, f := range checktest.Findings(t, oversizedstate.Analyzer, checktest.Module(t, archive.String()), "./...") {
		pkg := filepath.Base(filepath.Dir(f.Pos.Filename))
		field, _, _ := strings.Cut(f.Message, " ")
		got[pkg] = strings.TrimSpace(got[pkg] + " " + field)
	}
	for pkg, fields := range want {
		if got[pkg] != fields {
			t.Errorf("%s: found %q, want %q", pkg, got[pkg], fields)
		}
	}
}

// TestVet: the findings of go vet are the same.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "oversizedstate", "./oversizedstate/cross", "./oversizedstate/life")
	for field, want := range map[string]int{"counted only grows": 1, "lines only grows": 1, "names only grows": 1, "only grows": 3} {
		if got := strings.Count(out, field); got != want {
			t.Errorf("%d times %q, want %d, in\n%s", got, field, want, out)
		}
	}
}

// TestLimit: what is fat is a flag.
func TestLimit(t *testing.T) {
	flag := oversizedstate.Analyzer.Flags.Lookup("bytes").Value
	if err := flag.Set("100000"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set("4096") })
	for _, f := range checktest.Findings(t, oversizedstate.Analyzer, checktest.Dir(t), "./oversizedstate/bad") {
		if strings.Contains(f.Message, "by value") {
			t.Errorf("%v", f)
		}
	}
}
