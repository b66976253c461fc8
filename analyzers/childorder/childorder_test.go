package childorder_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/childorder"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), childorder.Analyzer,
		"./childorder/shop", "./childorder/nested", "./childorder/resources", "./childorder/names", "./childorder/near", "./childorder/meta")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, childorder.Analyzer, childorder.Doc)
}

// TestFixes: a want in a list would be a comment, and keep the fix away.
func TestFixes(t *testing.T) {
	checktest.Fixes(t, childorder.Analyzer, "childorder/fix", 3)
}

// TestRelated holds the evidence: the reference, each step of the way, the call, and the sibling.
func TestRelated(t *testing.T) {
	found := checktest.Findings(t, childorder.Analyzer, checktest.Dir(t), "./childorder/nested")
	if len(found) != 2 {
		t.Fatalf("%d findings", len(found))
	}
	var got []string
	for _, r := range found[0].Related {
		got = append(got, r.Message)
	}
	want := []string{
		"front/menu gets the reference to back/items", "calls stock.Menu.load", "calls stock.Sum", "calls stock.Level",
		"calls back/items here", "back/items is made here",
	}
	if !slices.Equal(got, want) {
		t.Errorf("related\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestVet holds the findings of go vet, which has only the facts of direct imports, against those of the checker.
func TestVet(t *testing.T) {
	var want []string
	for _, d := range checktest.Findings(t, childorder.Analyzer, checktest.Dir(t), "./childorder/shop") {
		want = append(want, d.Message)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (.*) \(childorder\)$`).FindAllStringSubmatch(checktest.Vet(t, "childorder", "./childorder/shop"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("go vet finds\n%s\nthe checker\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
