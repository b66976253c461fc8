package genserver_test

import (
	"testing"

	"github.com/otplint/otplint/runtime/internal/conformance"
)

func TestMain(m *testing.M) { conformance.Main(m) }

func TestConformance(t *testing.T) {
	conformance.Run(t, "GS", startCases, callCases, replyCases, continueCases, signalCases, stopCases)
}
