package dynchild_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/dynchild"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), dynchild.Analyzer, "./dynchild/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, dynchild.Analyzer, dynchild.Doc)
}

// TestRelated holds the evidence: where the path begins, each step of the way, the start, and the child.
func TestRelated(t *testing.T) {
	found := checktest.Findings(t, dynchild.Analyzer, checktest.Dir(t), "./dynchild/web")
	if len(found) != 2 {
		t.Fatalf("%d findings", len(found))
	}
	var got []string
	for _, r := range found[0].Related {
		got = append(got, r.Message)
	}
	want := []string{
		"HTTP handler API.Open", "calls rooms.Open", "starts the child here", "the child is made here",
	}
	if !slices.Equal(got, want) {
		t.Errorf("related\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestVet holds the findings of go vet, which has only the facts of direct imports, against those of the checker.
func TestVet(t *testing.T) {
	var want []string
	for _, d := range checktest.Findings(t, dynchild.Analyzer, checktest.Dir(t), "./dynchild/web") {
		want = append(want, d.Message)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (.*) \(dynchild\)$`).FindAllStringSubmatch(checktest.Vet(t, "dynchild", "./dynchild/web"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("go vet finds\n%s\nthe checker\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
