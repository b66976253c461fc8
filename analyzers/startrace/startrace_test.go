package startrace_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/startrace"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), startrace.Analyzer, "./startrace/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, startrace.Analyzer, startrace.Doc)
}

// TestVet holds the findings of go vet, which has only the facts of direct imports, against those of the checker.
func TestVet(t *testing.T) {
	var want []string
	for _, d := range checktest.Findings(t, startrace.Analyzer, checktest.Dir(t), "./startrace/rooms") {
		want = append(want, d.Message)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (.*) \(startrace\)$`).FindAllStringSubmatch(checktest.Vet(t, "startrace", "./startrace/rooms"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("go vet finds\n%s\nthe checker\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
