package unit

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/crash"
)

// guardAll makes the analyzers, and what they require, fail where they would
// panic: unitchecker would end with a trace.
func guardAll(analyzers []*analysis.Analyzer) {
	seen := map[*analysis.Analyzer]bool{}
	var visit func(a *analysis.Analyzer)
	visit = func(a *analysis.Analyzer) {
		if seen[a] {
			return
		}
		seen[a] = true
		a.Run = guard(a.Name, a.Run)
		for _, req := range a.Requires {
			visit(req)
		}
	}
	for _, a := range analyzers {
		visit(a)
	}
}

// guard turns a panic of run into an error, and prints it: of an analyzer that
// is merely required, unitchecker does not show the error.
func guard(name string, run func(*analysis.Pass) (any, error)) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (result any, err error) {
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("internal error: check %s on %s: panic: %v at %s; please report it", name, pass.Pkg.Path(), v, crash.Site())
				fmt.Fprintln(os.Stderr, "otplint:", err)
			}
		}()
		return run(pass)
	}
}

// nameChecks makes what the analyzers report end with their names, as the
// command's text does. Vet prints messages alone; it asks its tools for JSON
// even so, so that of "go vet -json" has the name twice.
func nameChecks(analyzers []*analysis.Analyzer) {
	for _, a := range analyzers {
		run := a.Run
		a.Run = func(pass *analysis.Pass) (any, error) {
			named := *pass
			named.Report = func(d analysis.Diagnostic) {
				d.Message += " (" + a.Name + ")"
				pass.Report(d)
			}
			return run(&named)
		}
	}
}
