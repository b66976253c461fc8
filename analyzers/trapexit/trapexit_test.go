package trapexit_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/trapexit"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), trapexit.Analyzer, "./trapexit/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, trapexit.Analyzer, trapexit.Doc)
}

// TestFixes: no fix where exits of links would not be understood, without a name for the context, for a child that is
// killed.
func TestFixes(t *testing.T) {
	checktest.Fixes(t, trapexit.Analyzer, "trapexit/fix", 3)
}

// TestRelated holds the way to the work.
func TestRelated(t *testing.T) {
	for _, f := range checktest.Findings(t, trapexit.Analyzer, checktest.Dir(t), "./trapexit/meta") {
		if !strings.HasPrefix(f.Message, "far ") {
			continue
		}
		var got []string
		for _, r := range f.Related {
			got = append(got, r.Message)
		}
		if want := []string{"Terminate calls Close", "does not run: os.File.Close"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		return
	}
	t.Error("no finding about far")
}

// TestVet has a server and its work in another package.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "trapexit", "./trapexit/app", "./trapexit/meta")
	for _, want := range []string{"Far does not trap exits", "far does not trap exits"} {
		if strings.Count(out, want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Here does not") {
		t.Errorf("found again:\n%s", out)
	}
}
