package unhandledmsg_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers/unhandledmsg"
	"github.com/otplint/otplint/internal/checktest"
)

func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), unhandledmsg.Analyzer, "./unhandledmsg/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, unhandledmsg.Analyzer, unhandledmsg.Doc)
}

// TestFixes: left are a variable that is sent, a message that importers may send, and a case that passes the pointer on.
func TestFixes(t *testing.T) {
	checktest.Fixes(t, unhandledmsg.Analyzer, "unhandledmsg/fix", 3)
}

// TestRelated holds the evidence: each send, and the case that does not get it.
func TestRelated(t *testing.T) {
	got := map[string][]string{}
	for _, d := range checktest.Findings(t, unhandledmsg.Analyzer, checktest.Dir(t), "./unhandledmsg/counter") {
		var related []string
		for _, r := range d.Related {
			related = append(related, r.Message)
		}
		got[regexp.MustCompile(`(no|a) case for \w+|is sent as`).FindString(d.Message)] = related
	}
	for finding, want := range map[string][]string{
		"no case for reset": {"sends reset", "sends reset"},
		"no case for swap":  {"sends swap", "the case for swap"},
		"a case for get":    {"sends get"},
		"is sent as":        {"the case for the value"},
	} {
		if !slices.Equal(got[finding], want) {
			t.Errorf("%s: related %q, want %q", finding, got[finding], want)
		}
	}
}

// TestVet holds the findings of go vet, which has only the facts of direct imports, against those of the checker.
func TestVet(t *testing.T) {
	patterns := []string{"./unhandledmsg/client", "./unhandledmsg/other", "./unhandledmsg/meta/use"}
	var want []string
	for _, d := range checktest.Findings(t, unhandledmsg.Analyzer, checktest.Dir(t), patterns...) {
		want = append(want, d.Message)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (.*) \(unhandledmsg\)$`).FindAllStringSubmatch(checktest.Vet(t, "unhandledmsg", patterns...), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("go vet finds\n%s\nthe checker\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
