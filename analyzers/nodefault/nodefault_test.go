package nodefault_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/nodefault"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), nodefault.Analyzer, "./nodefault/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, nodefault.Analyzer, nodefault.Doc)
}

// TestRelated holds the evidence: each place that asks, with the way there.
func TestRelated(t *testing.T) {
	var got []string
	for _, d := range checktest.Findings(t, nodefault.Analyzer, checktest.Dir(t), "./nodefault/meta/use") {
		if strings.HasPrefix(d.Message, "use.Package") {
			for _, r := range d.Related {
				got = append(got, r.Message)
			}
		}
	}
	if want := []string{"calls Watch", "Context.Monitor here"}; !slices.Equal(got, want) {
		t.Errorf("related %q, want %q", got, want)
	}
}

// TestVet holds the findings of go vet, which has only the facts of direct imports, against those of the checker.
func TestVet(t *testing.T) {
	var want []string
	for _, d := range checktest.Findings(t, nodefault.Analyzer, checktest.Dir(t), "./nodefault/meta/use") {
		want = append(want, d.Message)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (.*) \(nodefault\)$`).FindAllStringSubmatch(checktest.Vet(t, "nodefault", "./nodefault/meta/use"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("go vet finds\n%s\nthe checker\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
