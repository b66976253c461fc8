package registry_test

import (
	"testing"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
)

// TestConformance runs the REG cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) {
	conformance.Run(t, "REG", entryCases, cleanupCases, readCases, linkCases, toolCases)
}

func passes(id string, test func(w *proctest.World)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: inWorld(test)}
}

func changed(id, why string, test func(w *proctest.World)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Changed, Why: why, Test: inWorld(test)}
}

func inWorld(test func(w *proctest.World)) func(t *testing.T) {
	return func(t *testing.T) { test(proctest.New(t)) }
}
