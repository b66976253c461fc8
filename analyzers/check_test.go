package analyzers_test

import (
	"testing"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/internal/finding"
)

// TestTierOf: what a check of the error tier cannot prove is a warning; what others say is what they always say.
func TestTierOf(t *testing.T) {
	for _, c := range analyzers.All {
		if got := c.TierOf(""); got != c.Tier() {
			t.Errorf("%s: %v, want %v", c.Name, got, c.Tier())
		}
		if got := c.TierOf(finding.Possible); got != min(c.Tier(), analyzers.Warning) {
			t.Errorf("%s, possible: %v", c.Name, got)
		}
	}
	if c := analyzers.Lookup("callcycle"); c.Tier() != analyzers.Error || c.TierOf(finding.Possible) != analyzers.Warning {
		t.Errorf("callcycle: %v, possible: %v", c.Tier(), c.TierOf(finding.Possible))
	}
}
