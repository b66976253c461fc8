// Package startrace defines a check that finds processes which are looked up and, if nobody is there, started under the
// same key, by code that several may run at once: two can both miss, and the start of the second fails.
//
// Name and registry entry are unique, so there is no second process: the loser gets AlreadyStarted. The check is for
// code that does not expect that and fails, now and then, under load.
//
// It follows one function: a lookup of a key (registry.Registry.Lookup, process.WhereIs, or a function of the package
// that returns whether it found one), the branch on which nobody was found, and there a start under the same key:
// genserver.Start and process.Spawn with WithName or WithVia, StartChild of a child with Named or Via, or a function of the package
// that does so. The same key is the same value, equal constants, or the same field of the same value.
//
// It is silent
//
//   - if the loser is provided for: errors.As or Is with one of the framework's errors, or a type assertion, here or in a
//     caller; another lookup after the start; a loop that leads back to the first; an error that nobody looks at, since whoever was
//     quicker has done what is needed;
//   - if nothing runs the code twice at a time: in callbacks of servers and what only these call, at boot, while a mutex
//     is held here or by a caller, and in a function that is given away to something else (singleflight, sync.Once,
//     registry.Registry.Lock);
//   - about functions that are not exported and that no concurrent path reaches;
//   - about registry.GetOrStart, which is the cure; in tests and in generated code.
//
// Left out: a map of references that is asked instead of a registry (without a lock it is a data race, which is another
// tool's), and starts without any key.
package startrace

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
)

// Analyzer reports starts that race with themselves.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "startrace",
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
	c := &code{m: m}
	for _, f := range m.SSA.Funcs {
		if !f.Pos().IsValid() || m.Quiet(m.PosOf(f.Pos())) || m.File(m.PosOf(f.Pos())) == nil {
			continue
		}
		for _, r := range c.races(f) {
			who, ok := c.concurrent(f)
			if !ok {
				break
			}
			pass.Report(analysis.Diagnostic{
				Pos: r.start.call.Pos(),
				Message: fmt.Sprintf("two callers can both find nobody under this key and both start it (%s): the second start fails with AlreadyStarted, which nothing here expects; %s",
					who, r.cure()),
				Related: []analysis.RelatedInformation{{Pos: r.lookup.call.Pos(), Message: "the lookup that both miss"}},
			})
		}
	}
	return nil, nil
}

// cure is what does both at once.
func (r *race) cure() string {
	if r.lookup.in != nil {
		return "registry.GetOrStart does both, and gives all callers the one that runs"
	}
	return "take the one that runs when the start is refused (errors.As), or let a registry do both (registry.GetOrStart)"
}
