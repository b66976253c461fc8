package ignore_test

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/analyzers/bottleneck"
	"github.com/otplint/otplint/analyzers/directive"
	"github.com/otplint/otplint/analyzers/oversizedstate"
	"github.com/otplint/otplint/analyzers/scatteredcalls"
	"github.com/otplint/otplint/analyzers/unsupervised"
	"github.com/otplint/otplint/passes/ignore"
)

// TestChecksAlone: a check honours directives as it is declared, for drivers that do not know the list of all.
func TestChecksAlone(t *testing.T) {
	for _, a := range []*analysis.Analyzer{
		bottleneck.Analyzer, directive.New(nil), oversizedstate.Analyzer, scatteredcalls.Analyzer, unsupervised.Analyzer,
	} {
		if !slices.Contains(a.Requires, ignore.Analyzer) {
			t.Errorf("%s does not know the directives", a.Name)
		}
	}
}
