// Package callcycle defines a check that finds circles of servers which wait for each other: a callback that calls a
// server which, to answer, calls the next one, and so on back to the first, whose only thread is waiting.
//
// A node is a server's callback with the message that it handles, an edge a synchronous call that the callback makes
// in its own goroutine before it returns (the model's Frames), to a server and a message that are known. The first
// server of a circle is busy whatever it is asked; the others count with the message that they are asked, since a
// server that calls back only for one message is in no circle for another. Init and HandleContinue count: nothing is
// handled meanwhile.
//
// Types in a circle may be a circle of processes or not. It is an error if each reference provably denotes the
// process that comes next: by the name of a process that is started under it, or by a field that the factory of a
// declared child fills with its sibling's reference. Otherwise the finding is of the category finding.Possible: a
// warning that says "may".
//
// It stands where the package under analysis brings the circle about, at the first call, binding or child that is its
// own: a circle of which all parts are in a dependency is the dependency's.
//
// The check is silent
//
//   - about casts, goroutines and tasks;
//   - about a callee that has answered, by a kept caller, in what its handler runs;
//   - about what a server does after it has answered: HandleContinue is no part of the call;
//   - where the declared trees show that the references lead on to other processes and never back;
//   - about circles of one type (parents and children, rings): see selfcall for the process that calls itself;
//   - where a server, a message or the type behind an interface is not known, or several types are known to become it;
//   - about a longer circle through servers of which some are in a shorter one already.
package callcycle

import (
	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
)

// Analyzer reports circles of servers that call each other.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "callcycle",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m.WithoutTests()}
	g := newGraph(c.m)
	for _, circle := range g.circles() {
		c.report(circle)
	}
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
}
