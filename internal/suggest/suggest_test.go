package suggest_test

import (
	"testing"

	"github.com/otplint/otplint/internal/suggest"
)

func TestFor(t *testing.T) {
	names := []string{"bottleneck", "oversizedstate", "scatteredcalls", "unsupervised"}
	for name, want := range map[string]string{
		"unsupervized":   "unsupervised",
		"Bottleneck":     "bottleneck",
		"scatteredcall":  "scatteredcalls",
		"oversized":      "oversizedstate",
		"statebottle":    "",
		"x":              "",
		"":               "",
		"oversizdestate": "oversizedstate",
	} {
		if got := suggest.For(name, names); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
