// Package unsupervised defines a check that finds long-running work nobody owns:
// goroutines that are not joined, awaited, stopped or supervised, and servers
// started outside a supervision tree. What ownership is, and when the check is
// silent, is told by passes/ownership; this package only phrases the findings.
package unsupervised

import (
	"fmt"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/ownership"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports unsupervised goroutines and processes.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "unsupervised",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{ownership.Analyzer},
	Run:      run,
})

var (
	strict bool
	scope  = scopeFlag("cone")
)

func init() {
	Analyzer.Flags.BoolVar(&strict, "strict", false,
		"also report goroutines that can be told to stop but whose end or failure nobody learns of")
	Analyzer.Flags.Var(&scope, "scope",
		"`cone` judges packages that use the runtime, directly or not; module judges every package of the module (in the otplint command only)")
}

// A scopeFlag says which packages are judged. The analyzer judges what is in the
// cone: it is the driver that puts a whole module into it.
type scopeFlag string

func (s *scopeFlag) String() string { return string(*s) }

func (s *scopeFlag) Set(v string) error {
	if v != "cone" && v != "module" {
		return fmt.Errorf("want cone or module")
	}
	*s = scopeFlag(v)
	return nil
}

// WholeModule reports whether the scope flag asks for every package of the
// module. A driver that can puts them into the cone then.
func WholeModule() bool { return scope == "module" }

func run(pass *analysis.Pass) (any, error) {
	owned := pass.ResultOf[ownership.Analyzer].(*ownership.Result)
	if owned == nil {
		return nil, nil
	}
	for _, g := range owned.Goroutines {
		if g.Wiring || g.Class != ownership.Ownerless && !(strict && g.Class == ownership.Cancellable) {
			continue
		}
		pass.Report(analysis.Diagnostic{
			Pos:     g.Pos,
			Message: message(g, roles.RemediesFor(pass.Pkg)),
			Related: related(owned, g),
		})
	}
	for _, p := range owned.Processes {
		if !p.Owned {
			pass.Report(analysis.Diagnostic{Pos: p.Pos, Message: processMessage(p), Related: callers(owned, p.Starter)})
		}
	}
	return nil, nil
}

// message says what runs for ever, what is missing, and what to do.
func message(g *ownership.Goroutine, cures roles.Remedies) string {
	w := g.Work
	remedy := "make it a supervised child" + cures.Named(cures.Work)
	lonely := "nothing joins, awaits or stops it, and a panic in it ends the program"
	switch w.Kind {
	case ownership.DeadStop:
		return fmt.Sprintf("goroutine has no owner: the loop at %s never ends (%s), %s; %s", w.Site, w.Stop, lonely, remedy)
	case ownership.Serves:
		return fmt.Sprintf("goroutine has no owner: the server at %s runs until the program ends (%s), and nothing learns that it failed; make it a supervised child%s",
			w.Site, w.Stop, cures.Named(cures.HTTP))
	case ownership.Blocks:
		return fmt.Sprintf("goroutine has no owner: the empty select at %s blocks for ever, %s; %s", w.Site, lonely, remedy)
	case ownership.Stoppable:
		return fmt.Sprintf("goroutine can be stopped but has no owner: nothing waits for the loop at %s or learns that it failed, and a panic in it ends the program; %s",
			w.Site, remedy)
	}
	return fmt.Sprintf("goroutine has no owner: the loop at %s never ends, %s; %s", w.Site, lonely, remedy)
}

// maxCallers bounds the related information.
const maxCallers = 5

// related shows the work, and where the function that starts the goroutine is
// called in this package.
func related(owned *ownership.Result, g *ownership.Goroutine) []analysis.RelatedInformation {
	var out []analysis.RelatedInformation
	if g.Work.Pos.IsValid() {
		out = append(out, analysis.RelatedInformation{Pos: g.Work.Pos, Message: "this keeps it running, in " + g.Work.Func})
	}
	return append(out, callers(owned, g.Starter)...)
}

func callers(owned *ownership.Result, starter *ssa.Function) []analysis.RelatedInformation {
	var out []analysis.RelatedInformation
	for _, c := range owned.Callers[starter] {
		if len(out) < maxCallers {
			out = append(out, analysis.RelatedInformation{Pos: c.Pos, Message: "started from " + c.In})
		}
	}
	return out
}

func processMessage(p *ownership.Process) string {
	what := "process"
	if p.Server != "" {
		what = p.Server
	}
	remedy := "make it a child of a supervisor"
	if p.Linked != "" {
		remedy += fmt.Sprintf(", or link it to its user (%s)", p.Linked)
	}
	return fmt.Sprintf("%s is started outside a supervision tree: nothing restarts it after a crash, and nothing here links, monitors or stops it; %s",
		what, remedy)
}
