//go:build slow

package cli_test

import (
	"strings"
	"testing"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/internal/runner"
	"github.com/otplint/otplint/passes/cone"
)

// All checks survive code that was not written for them: the standard library
// and golang.org/x/tools, every package of which is put into the cone. Outside
// it they would not be looked at. What the checks find there means nothing.
//
//	go test -tags slow -run Survives ./internal/cli
func TestSurvives(t *testing.T) {
	defer cone.EverythingForTest()()
	for _, pattern := range []string{"std", "golang.org/x/tools/..."} {
		t.Run(pattern, func(t *testing.T) {
			graph, err := load.Load(t.Context(), load.Config{
				Dir: root(t), Patterns: []string{pattern}, Tests: pattern == "std",
				InCone: func(string) bool { return true },
			})
			if err != nil {
				t.Fatal(err)
			}
			result := runner.Run(graph, runner.Config{Analyzers: analyzers.Analyzers()})
			reported := 0
			for _, p := range graph.Packages {
				if p.Report {
					reported++
				}
			}
			for _, p := range result.Problems {
				if strings.Contains(p.Message, "internal error") {
					t.Error(p)
				} else {
					t.Logf("not analyzed: %v", p)
				}
			}
			t.Logf("%d packages, %d of them reported, %d findings", len(graph.Packages), reported, len(result.Findings))
			if reported < 100 {
				t.Errorf("only %d packages were analyzed", reported)
			}
		})
	}
}
