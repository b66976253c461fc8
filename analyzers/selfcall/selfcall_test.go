package selfcall_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/selfcall"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), selfcall.Analyzer, "./selfcall/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, selfcall.Analyzer, selfcall.Doc)
}

// TestVet: the findings of go vet, which has only the facts of direct imports, are the same.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "selfcall", "./selfcall/wire", "./selfcall/meta")
	want := checktest.Findings(t, selfcall.Analyzer, checktest.Dir(t), "./selfcall/wire", "./selfcall/meta")
	if got := strings.Count(out, "(selfcall)"); got != len(want) || got == 0 {
		t.Errorf("go vet finds %d, the checker %d:\n%s", got, len(want), out)
	}
	for _, f := range want {
		if !strings.Contains(out, f.Message) {
			t.Errorf("go vet does not find %v", f)
		}
	}
}
