package msgshape_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/msgshape"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), msgshape.Analyzer, "./msgshape/bad", "./msgshape/near", "./msgshape/meta/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, msgshape.Analyzer, msgshape.Doc)
}

func TestFixes(t *testing.T) {
	checktest.Fixes(t, msgshape.Analyzer, "msgshape/fix", 6)
}

// TestRelated: the evidence is the request that the From came with.
func TestRelated(t *testing.T) {
	found := false
	for _, f := range checktest.Findings(t, msgshape.Analyzer, checktest.Dir(t), "./msgshape/meta") {
		if !strings.HasPrefix(f.Message, "Reply of count gets the From of label, tag") {
			continue
		}
		found = true
		var got []string
		for _, r := range f.Related {
			got = append(got, r.Message)
		}
		if want := []string{"label is answered with string", "tag is answered with string"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if !found {
		t.Error("no finding")
	}
}

// TestVet: what a request of another package is answered with is known there as well.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "msgshape", "./msgshape/meta/...")
	for text, want := range map[string]int{
		"Reply of count gets the From of Get":             1,
		"message elsewhere embeds CallTo and Note.CastTo": 1,
		"(msgshape)": len(checktest.Findings(t, msgshape.Analyzer, checktest.Dir(t), "./msgshape/meta/...")),
	} {
		if got := strings.Count(out, text); got != want {
			t.Errorf("%d times %q, want %d, in\n%s", got, text, want, out)
		}
	}
}
