package callcycle_test

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/callcycle"
	"github.com/otplint/otplint/internal/checktest"
	"github.com/otplint/otplint/internal/finding"
)

func TestFindings(t *testing.T) {
	for _, result := range analysistest.Run(t, checktest.Dir(t), callcycle.Analyzer, "./callcycle/...") {
		for _, d := range result.Diagnostics {
			if possible := strings.HasPrefix(d.Message, "possible"); possible != (d.Category == finding.Possible) {
				t.Errorf("category %q of: %s", d.Category, d.Message)
			}
		}
	}
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, callcycle.Analyzer, callcycle.Doc)
}

// TestVet: the findings of go vet, which has only the facts of direct imports, are the same.
func TestVet(t *testing.T) {
	packages := []string{"./callcycle/app", "./callcycle/four", "./callcycle/meta"}
	out := checktest.Vet(t, "callcycle", packages...)
	want := checktest.Findings(t, callcycle.Analyzer, checktest.Dir(t), packages...)
	if got := strings.Count(out, "(callcycle)"); got != len(want) || got == 0 {
		t.Errorf("go vet finds %d, the checker %d:\n%s", got, len(want), out)
	}
	for _, f := range want {
		if !strings.Contains(out, f.Message) {
			t.Errorf("go vet does not find %v", f)
		}
	}
}

// TestPath: the finding shows each step, also those in other packages.
func TestPath(t *testing.T) {
	findings := checktest.Findings(t, callcycle.Analyzer, checktest.Dir(t), "./callcycle/app")
	if len(findings) != 1 {
		t.Fatalf("%d findings: %v", len(findings), findings)
	}
	var steps []string
	for _, r := range findings[0].Related {
		file := regexp.MustCompile(`\w+\.go$`).FindString(r.Pos.Filename)
		steps = append(steps, file+": "+r.Message)
	}
	want := []string{
		"cart.go: Cart.HandleCast(checkout)",
		"cart.go: calls Reserve",
		"stock.go: waits for Stock with genserver.Call of reserve",
		"stock.go: Stock.HandleCall(reserve)",
		"stock.go: calls Client.Count",
		"app.go: Client becomes Counter",
		"cart.go: waits for Cart with genserver.Call of count",
	}
	if got := strings.Join(steps, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("steps:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
