package actors_test

import (
	"strings"
	"testing"

	"github.com/otplint/otplint/passes/actors"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestWithoutTests: the variant of a package for testing has more of everything, until its tests are left out.
func TestWithoutTests(t *testing.T) {
	const path, only, kept = "otplint.test/bottleneck/near/callers", "otplint.test/bottleneck/web", "otplint.test/bottleneck/store"
	var dumps []string
	variants := 0
	for _, result := range analysistest.Run(t, dir(t), model, "./bottleneck/near/callers") {
		m, ok := result.Result.(*actors.Model)
		if !ok || m == nil || m.Pkg.Path != path {
			continue
		}
		if m.Package(only) != nil {
			variants++
		}
		bare := m.WithoutTests()
		if bare.Package(only) != nil || bare.Package(kept) == nil {
			t.Errorf("without tests: %s is %v, %s is %v", only, bare.Package(only), kept, bare.Package(kept))
		}
		var dump strings.Builder
		bare.Pkg.Stats = actors.Stats{}
		bare.Pkg.Dump(&dump)
		if strings.Contains(dump.String(), "TestMore") {
			t.Error("without tests there is still a test")
		}
		dumps = append(dumps, dump.String())
	}
	if variants != 1 || len(dumps) != 2 {
		t.Fatalf("%d of %d variants import %s", variants, len(dumps), only)
	}
	if dumps[0] != dumps[1] {
		t.Errorf("the variants differ without tests:\n%s", diff(dumps[0], dumps[1]))
	}
}
