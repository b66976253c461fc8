package restarttype_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/restarttype"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), restarttype.Analyzer, "./restarttype/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, restarttype.Analyzer, restarttype.Doc)
}

// TestFixes: no fix for a constant of the package's own.
func TestFixes(t *testing.T) {
	checktest.Fixes(t, restarttype.Analyzer, "restarttype/fix", 1)
}

// TestVet has how a server of another package ends.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "restarttype", "./restarttype/meta")
	if strings.Count(out, "Session stops normally when it has been idle (lib.go:") != 2 {
		t.Errorf("go vet finds\n%s", out)
	}
}
