package ownership

import (
	"fmt"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actorssa"
)

// Analyzer computes the *Result of a package: who owns its goroutines and the
// processes it starts. Its result is nil outside the cone.
var Analyzer = &analysis.Analyzer{
	Name:       "otplintownership",
	Doc:        "find out who owns each goroutine and process that a package starts",
	URL:        "https://pkg.go.dev/github.com/otplint/otplint/passes/ownership",
	Requires:   []*analysis.Analyzer{actorssa.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(Summaries)},
}

// A Result is what a package starts, tests excluded, in source order.
type Result struct {
	Goroutines []*Goroutine
	Processes  []*Process
	// Callers holds, for each function that starts something, the positions in
	// this package where it is called.
	Callers map[*ssa.Function][]Caller
}

// A Caller is a place where a function is called.
type Caller struct {
	Pos token.Pos
	In  string // the calling function
}

func run(pass *analysis.Pass) (any, error) {
	s := pass.ResultOf[actorssa.Analyzer].(*actorssa.SSA)
	if s == nil {
		return (*Result)(nil), nil
	}
	deps := map[string]*Summary{}
	for _, imp := range pass.Pkg.Imports() {
		var fact Summaries
		if pass.ImportPackageFact(imp, &fact) {
			for i := range fact.List {
				deps[fact.List[i].Func] = &fact.List[i]
			}
		}
	}
	p := analyse(pass.Fset, s.Funcs, deps)
	result := p.result()
	if all := p.summaries(); len(all.List) > 0 {
		pass.ExportPackageFact(all)
	}
	return result, nil
}

// analysisOf is the analysis of one package.
type analysisOf struct {
	fset       *token.FileSet
	flow       *flow
	deps       map[string]*Summary
	bodies     map[*ssa.Function]*body
	loopCache  map[*ssa.Function][]loop
	spawns     map[*ssa.Function]task  // what it runs in a goroutine
	begins     map[token.Pos]token.Pos // of calls, by parenthesis; see callPos
	singletons map[*ssa.Function]bool
	mains      map[*ssa.Function]bool // main.main and its parts
	adrift     map[*ssa.Function]bool // run by goroutines without an owner only
}

func analyse(fset *token.FileSet, fns []*ssa.Function, deps map[string]*Summary) *analysisOf {
	fns = slices.DeleteFunc(slices.Clone(fns), func(fn *ssa.Function) bool {
		return strings.HasSuffix(fset.Position(fn.Pos()).Filename, "_test.go")
	})
	p := &analysisOf{fset: fset, flow: newFlow(withWrappers(fns), deps), deps: deps,
		bodies: map[*ssa.Function]*body{}, loopCache: map[*ssa.Function][]loop{},
		spawns: map[*ssa.Function]task{}, singletons: map[*ssa.Function]bool{}, mains: map[*ssa.Function]bool{},
		adrift: map[*ssa.Function]bool{}}
	p.findSpawners()
	p.findSingletons()
	p.findMains()
	return p
}

// withWrappers adds the synthetic functions (method values, promoted methods)
// that the given ones use: they have no syntax of their own.
func withWrappers(fns []*ssa.Function) []*ssa.Function {
	seen := map[*ssa.Function]bool{}
	for _, fn := range fns {
		seen[fn] = true
	}
	for i := 0; i < len(fns); i++ {
		for _, b := range fns[i].Blocks {
			for _, in := range b.Instrs {
				var rands [8]*ssa.Value
				for _, r := range in.Operands(rands[:0]) {
					fn, ok := (*r).(*ssa.Function)
					if ok && !seen[fn] && fn.Synthetic != "" && fn.Origin() == nil && fn.Blocks != nil && fn.Name() != "init" {
						seen[fn] = true
						fns = append(fns, fn)
					}
				}
			}
		}
	}
	return fns
}

func (p *analysisOf) result() *Result {
	r := &Result{Goroutines: p.goroutines(), Callers: map[*ssa.Function][]Caller{}}
	p.findAdrift(r.Goroutines)
	r.Processes = p.processes()
	starters := map[*ssa.Function]bool{}
	for _, g := range r.Goroutines {
		starters[g.Starter] = true
	}
	for _, proc := range r.Processes {
		starters[proc.Starter] = true
	}
	for _, fn := range p.flow.fns {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				call, ok := in.(ssa.CallInstruction)
				if !ok || !in.Pos().IsValid() {
					continue
				}
				if callee := p.flow.body(call.Common()); starters[callee] {
					r.Callers[callee] = append(r.Callers[callee], Caller{in.Pos(), nameOf(fn)})
				}
			}
		}
	}
	return r
}

func (p *analysisOf) loops(fn *ssa.Function) []loop {
	ls, ok := p.loopCache[fn]
	if !ok {
		ls = loopsOf(fn)
		p.loopCache[fn] = ls
	}
	return ls
}

// site is a position as messages print it: the file's name and the line.
func (p *analysisOf) site(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	at := p.fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
}

// nameOf names a function as a reader would: "Poller.loop", "a function literal in New".
func nameOf(fn *ssa.Function) string {
	if fn.Parent() != nil {
		for fn.Parent() != nil {
			fn = fn.Parent()
		}
		if fn.Name() == "init" && fn.Synthetic != "" {
			return "a function literal"
		}
		return "a function literal in " + nameOf(fn)
	}
	name := strings.TrimSuffix(strings.TrimSuffix(fn.Name(), "$bound"), "$thunk")
	if recv := fn.Signature.Recv(); recv != nil {
		if n := namedOf(recv.Type()); n != nil {
			return n.Obj().Name() + "." + name
		}
	} else if len(fn.FreeVars) == 1 && strings.HasSuffix(fn.Name(), "$bound") {
		if n := namedOf(fn.FreeVars[0].Type()); n != nil {
			return n.Obj().Name() + "." + name
		}
	}
	return name
}

// entryName names what a go statement runs.
func entryName(c *ssa.CallCommon) string {
	if fn := calleeOf(c); fn != nil {
		return nameOf(fn)
	}
	return "a function"
}
