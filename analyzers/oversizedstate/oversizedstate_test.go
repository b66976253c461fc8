package oversizedstate_test

import (
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
