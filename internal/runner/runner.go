// Package runner runs analyzers over the packages of a graph, one after the
// other in dependency order and beside each other where they are independent.
// It keeps of a package what its importers need, its types and facts, and drops
// its syntax and all results; analysis/checker keeps everything to the end.
//
// Facts go as far as they do in vet: a package fact is seen by direct importers
// only. So a check that works here works there.
package runner

import (
	"cmp"
	"fmt"
	"go/types"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/crash"
	"github.com/otplint/otplint/internal/finding"
	"github.com/otplint/otplint/internal/load"
)

// Config says what to run.
type Config struct {
	// Analyzers are the checks, valid in the sense of analysis.Validate.
	Analyzers []*analysis.Analyzer
	// Observe gets the results of analyzers other than checks, such as the
	// actor model, of each package that is reported. Calls do not overlap, but
	// come in no particular order.
	Observe map[*analysis.Analyzer]func(p *load.Package, result any)
	// Workers bounds how many packages are worked on at once; 0 means one per
	// processor.
	Workers int
}

// Result is what a run found. It does not depend on the order of work.
type Result struct {
	Findings []finding.Finding // sorted
	// Problems kept packages from being analyzed, or are internal errors.
	Problems []load.Problem
}

// Run analyzes the packages of the graph.
func Run(g *load.Graph, cfg Config) Result {
	r := &run{cfg: cfg, checker: load.NewChecker(g), facts: factNeeds(cfg.Analyzers)}
	units := make(map[*load.Package]*unit, len(g.Packages))
	order := make([]*unit, 0, len(g.Packages))
	for _, p := range g.Packages {
		u := &unit{pkg: p}
		for _, dep := range p.Imports {
			u.deps = append(u.deps, units[dep])
		}
		units[p] = u
		order = append(order, u)
	}
	r.byPackage = units
	r.all(order)

	var result Result
	for _, u := range order {
		result.Findings = append(result.Findings, u.findings...)
		if u.pkg.Matters {
			result.Problems = append(result.Problems, u.problems...)
		}
	}
	finding.Sort(result.Findings)
	slices.SortStableFunc(result.Problems, func(a, b load.Problem) int { return cmp.Compare(a.Pos, b.Pos) })
	result.Problems = slices.Compact(result.Problems)
	return result
}

// run is what all packages share.
type run struct {
	cfg       Config
	checker   *load.Checker
	byPackage map[*load.Package]*unit
	byTypes   sync.Map             // *types.Package to *unit
	facts     []*analysis.Analyzer // to run where only facts are wanted

	observing sync.Mutex
}

// all works the units off, each as soon as those that it imports are done.
func (r *run) all(units []*unit) {
	ready := make(chan *unit, len(units))
	var left atomic.Int64
	left.Store(int64(len(units)))
	for _, u := range units {
		u.waiting.Store(int64(len(u.deps)))
		for _, dep := range u.deps {
			dep.importers = append(dep.importers, u)
		}
	}
	for _, u := range units {
		if len(u.deps) == 0 {
			ready <- u
		}
	}
	if len(units) == 0 {
		close(ready)
	}
	var workers sync.WaitGroup
	for range cmp.Or(r.cfg.Workers, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for u := range ready {
				r.unit(u)
				for _, importer := range u.importers {
					if importer.waiting.Add(-1) == 0 {
						ready <- importer
					}
				}
				if left.Add(-1) == 0 {
					close(ready)
				}
			}
		})
	}
	workers.Wait()
}

// A unit is a package while and after it is worked on.
type unit struct {
	pkg       *load.Package
	deps      []*unit
	importers []*unit
	waiting   atomic.Int64 // dependencies that are not done

	types    *types.Package // nil if the package has errors
	facts    factSet
	findings []finding.Finding
	problems []load.Problem
}

// unit checks and analyzes one package.
func (r *run) unit(u *unit) {
	defer u.recovered("type checker")
	for _, dep := range u.deps {
		if dep.types == nil {
			return // the dependency's problem has been told
		}
	}
	syntax, problems := r.checker.Check(u.pkg, func(p *load.Package) *types.Package { return r.byPackage[p].types })
	u.problems = append(u.problems, problems...)
	if syntax == nil {
		return
	}
	u.types = syntax.Types
	u.facts = factSet{}
	r.byTypes.Store(u.types, u)
	newPasses(r, u, syntax).all()
	finding.Number(u.findings)
}

// recovered turns a panic into a problem of the package.
func (u *unit) recovered(who string) {
	if v := recover(); v != nil {
		u.internalError(who, fmt.Errorf("panic: %v at %s", v, crash.Site()))
	}
}

func (u *unit) internalError(who string, err error) {
	u.problems = append(u.problems, load.Problem{
		Package: u.pkg.Path,
		Message: fmt.Sprintf("internal error: %s on %s: %v; please report it", who, u.pkg.ID, err),
	})
}
