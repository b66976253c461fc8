package initblock_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/initblock"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), initblock.Analyzer, "./initblock/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, initblock.Analyzer, initblock.Doc)
}

// TestRelated holds the path: to what blocks, through the handler of a call.
func TestRelated(t *testing.T) {
	want := map[string][]string{
		"Init of asker": {"waits for genserver.Call", "waits for http.Get"},
		"Init of far":   {"calls Connect", "waits for net.Dialer.DialContext"},
	}
	for _, f := range checktest.Findings(t, initblock.Analyzer, checktest.Dir(t), "./initblock/bad", "./initblock/meta") {
		for start, steps := range want {
			if !strings.HasPrefix(f.Message, start+" ") {
				continue
			}
			var got []string
			for _, r := range f.Related {
				got = append(got, r.Message)
			}
			if !slices.Equal(got, steps) {
				t.Errorf("%s: %q, want %q", start, got, steps)
			}
			delete(want, start)
		}
	}
	if len(want) > 0 {
		t.Errorf("no finding for %v", want)
	}
}

// TestVet has what a helper of another package does.
func TestVet(t *testing.T) {
	if out := checktest.Vet(t, "initblock", "./initblock/meta"); !strings.Contains(out, "Init of far may block: net.Dialer.DialContext (lib.go:") {
		t.Errorf("go vet finds\n%s", out)
	}
}
