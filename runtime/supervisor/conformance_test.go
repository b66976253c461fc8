package supervisor_test

import (
	"testing"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/supervisor"
)

// TestConformance runs the SUP cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) {
	conformance.Run(t, "SUP", specCases, startCases, strategyCases, restartCases, intensityCases, manageCases, shutdownCases, autoCases)
}

func passes(id string, test func(e *env)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: inEnv(test)}
}

func changed(id, why string, test func(e *env)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Changed, Why: why, Test: inEnv(test)}
}

func notApplicable(id, why string) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.NotApplicable, Why: why}
}

func inEnv(test func(e *env)) func(t *testing.T) {
	return func(t *testing.T) { test(newEnv(t)) }
}

// refused starts a supervisor that must be refused with a problem, before anything starts.
func (e *env) refused(id string, problem supervisor.Problem, s supervisor.Strategy, children []supervisor.Spec, flags ...supervisor.Flag) {
	e.Helper()
	_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", s, children, flags...))
	e.wantProblem(err, id, problem)
	e.want("")
}
