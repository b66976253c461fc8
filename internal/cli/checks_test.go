package cli

import (
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/analyzers"
)

func checks() []*analyzers.Check {
	var all []*analyzers.Check
	for _, name := range []string{"a", "b", "c"} {
		all = append(all, &analyzers.Check{Analyzer: &analysis.Analyzer{Name: name}})
	}
	return all
}

func TestSelectChecks(t *testing.T) {
	for list, want := range map[string]string{
		"all":      "abc",
		"all,-b":   "ac",
		"-b":       "ac",
		" -b , -c": "a",
		"b":        "b",
		"c,a":      "ac",
		"-all,b":   "b",
		"-b,b":     "abc",
		"a,-a,b":   "b",
	} {
		selected, err := selectChecks(list, checks())
		var got strings.Builder
		for _, c := range selected {
			got.WriteString(c.Name)
		}
		if err != nil || got.String() != want {
			t.Errorf("%q: %s, %v, want %s", list, got.String(), err, want)
		}
	}
	for list, want := range map[string]string{
		"":        "want names of checks",
		"a,":      "want names of checks",
		"-":       "want names of checks",
		"-all":    "leaves no check",
		"zzzzzzz": "unknown check",
	} {
		if _, err := selectChecks(list, checks()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", list, err, want)
		}
	}
}

func FuzzSelectChecks(f *testing.F) {
	f.Add("all,-b")
	f.Add("-a,b,,")
	f.Fuzz(func(t *testing.T, list string) {
		selected, err := selectChecks(list, checks())
		if (err == nil) == (len(selected) == 0) {
			t.Errorf("%q selects %d and fails with %v", list, len(selected), err)
		}
	})
}
