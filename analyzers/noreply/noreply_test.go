package noreply_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/noreply"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), noreply.Analyzer, "./noreply/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, noreply.Analyzer, noreply.Doc)
}

// TestRelated: the evidence leads from HandleCall through helpers, and names the answer or keeping that came to nothing.
func TestRelated(t *testing.T) {
	want := map[string][]string{
		"Fetcher.HandleCall(purge)":   {"the first answer, which counts"},
		"Fetcher.HandleCall(wait)":    {"this Caller is dropped"},
		"Fetcher.HandleCall(ask)":     {"answers here"},
		"Gate.HandleCall(enter)":      {"nothing reads queue"},
		"Helped.HandleCall(fetch)":    {"leaves the request to Helped.fetch"},
		"Helped.HandleCall(clear)":    {"done makes the result"},
		"Helped.HandleCall(twice)":    {"the first answer, which counts"},
		"Ignorant.HandleCall returns": nil,
	}
	for _, f := range checktest.Findings(t, noreply.Analyzer, checktest.Dir(t), "./noreply/...") {
		for prefix, steps := range want {
			if !strings.HasPrefix(f.Message, prefix) {
				continue
			}
			var got []string
			for _, r := range f.Related {
				got = append(got, r.Message)
			}
			if !slices.Equal(got, steps) {
				t.Errorf("%s: %q, want %q", prefix, got, steps)
			}
			delete(want, prefix)
		}
	}
	for prefix := range want {
		t.Errorf("no finding: %s", prefix)
	}
}

// TestVet: go vet has the facts of direct imports only, and finds the same.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "noreply", "./noreply/top", "./noreply/meta/...")
	for text, want := range map[string]int{
		"top.go:24:4: Server.HandleCall(More) returns NoReply":   1,
		"other.go:18:4: Base.HandleCall(Ask) returns NoReply":    1,
		"meta.go:51:3: Helped.HandleCall(fetch) returns NoReply": 1,
		"(noreply)": len(checktest.Findings(t, noreply.Analyzer, checktest.Dir(t), "./noreply/top", "./noreply/meta/...")),
	} {
		if got := strings.Count(out, text); got != want {
			t.Errorf("%d times %q, want %d, in\n%s", got, text, want, out)
		}
	}
}
