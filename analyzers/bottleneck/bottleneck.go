// Package bottleneck defines a check that finds a server of which there is only one although many concurrent paths
// wait for it: HTTP handlers, goroutines started in loops, servers with many instances. A server handles one message
// at a time, so all of them queue in one mailbox.
//
// One mailbox is often what is meant, and the check has no rates, only code: it has to be silent unless the queue
// protects nothing. It asks for three proofs.
//
// One instance. The package declares the server as a child with a constant id in a supervision tree that is built
// once, or starts it under a constant name or from main; and nothing else in the package or its dependencies makes
// another. A server made in a loop, on behalf of a request, per key, as a partition, by a template, under a dynamic
// supervisor, or under an id that is computed is not single.
// Where more than one function call builds the tree, nobody knows. What importers do never counts, so that every
// driver agrees.
//
// Many callers. Each distinct HTTP handler, goroutine started in a loop, or server with many instances that calls the
// server synchronously is one; three are needed. One is typically an administrator's page, two are how one resource
// is shown and changed; with three, unrelated paths share the mailbox. Casts wait for nobody. Callers that run at
// boot, supervised loops and other single servers wait as well, but are one each: they are told, not counted. A
// handler that only passes the request on to other handlers does not count beside them, nor one that nothing serves.
// A call counts only if its reference is known: a parameter, field, variable, name or child; one that was picked from
// a map or slice means that there are several, made elsewhere.
//
// Waiting that protects nothing. Either reads queue: one message that only reads the state, and does nothing else, is
// called by two of the callers, who are more than those that write, or such messages by three; anybody could answer
// these from a copy. Or work blocks: a handler sleeps, or waits for the network or a subprocess, while three callers wait for messages that do not. Servers
// that serialise on purpose are silent by this: a sequence or a write-ahead log gets messages that write, and it is
// the message itself that waits for the disk.
//
// Agents have no messages: each place in the code that sends one a function is a message of its own, if anything known
// runs it, and reads if it is agent.Get's and the function provably writes nothing.
//
// Tests are neither judged nor counted; generated code is not judged.
package bottleneck

import (
	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports servers with one instance and many synchronous callers.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "bottleneck",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

var (
	minCallers int
	minShared  int
)

func init() {
	Analyzer.Flags.IntVar(&minCallers, "callers", 3,
		"how many concurrent paths (HTTP handlers, goroutines started in loops, servers with many instances) must call the one instance")
	Analyzer.Flags.IntVar(&minShared, "readers", 2,
		"how many of them must call the same read-only message")
}

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	m = m.WithoutTests()
	c := takeCensus(m)
	singles := c.singles()
	if len(singles) == 0 {
		return nil, nil
	}
	calls := c.calls(singles)
	for _, one := range singles {
		load := measure(m, one, calls[one.server])
		if !load.heavy() {
			continue
		}
		pass.Report(analysis.Diagnostic{
			Pos:     m.TokenPos(one.source),
			Message: load.message(roles.RemediesFor(pass.Pkg)),
			Related: load.related(m),
		})
	}
	return nil, nil
}
