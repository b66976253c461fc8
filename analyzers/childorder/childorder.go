// Package childorder defines a check that finds children of a supervisor which need a sibling that does not run yet, or
// no longer.
//
// A supervisor starts its children in the order of the list, each when the start before it has returned, and stops
// them in reverse. So the check asks of each child what its start does before it returns: the function that makes a
// server or service, Init, the open of a resource, the entry of a registry that the start takes; and what Init leaves to
// HandleContinue, which runs at once. If that calls, casts to, looks into, subscribes to or gets what a child keeps
// which stands later in the list, or is below one, it fails each time that both are started together. Terminate of a server that traps
// exits is asked the same: who stands later has been stopped by then.
//
// What it needs to know, and is silent without: the whole list, and which sibling a reference leads to. That is a
// reference that the child's factory has taken or captured (Child.Ref), followed through arguments, fields and client
// functions, or else the only sibling of the type whose reference the factory holds; or a constant name.
//
// It is silent
//
//   - about what a child does later, for a message or a request: holding a reference to a later sibling is fine;
//   - about the bodies of Func, Process and Serve, and of an HTTP server's handlers, which the start does not wait for;
//   - about children that are added while the supervisor runs;
//   - if a function on the way provides for the failure: sets a timer, continues, waits or loops after an error, or
//     asks whether it is process.NoProc;
//   - about other goroutines and functions that are only taken as values;
//   - if a child is listed twice, which is how lists look of which one is chosen.
//
// Tests and generated code are not judged.
//
// The fix moves the children that are needed before those that need them, if the list is a literal without comments and
// no child would come to stand before one that it holds now.
package childorder

import (
	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
)

// Analyzer reports children whose start needs a sibling that is started after them.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "childorder",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	m = m.WithoutTests()
	for i := range m.Pkg.Trees {
		t := &m.Pkg.Trees[i]
		if t.Open || m.Quiet(t.Pos) {
			continue
		}
		s := siblings(m, t)
		wrong := s.wrong()
		if len(wrong) == 0 {
			continue
		}
		list := listOf(pass, m, t)
		fixes := list.reordered(pass, s, wrong)
		for _, n := range wrong {
			pass.Report(analysis.Diagnostic{
				Pos: list.pos(m, t, n.by), Message: n.message(s), Related: n.related(m), SuggestedFixes: fixes,
			})
		}
	}
	return nil, nil
}
