package runner

import (
	"fmt"
	"go/types"
	"os"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/finding"
	"github.com/otplint/otplint/internal/load"
)

// passes runs the analyzers on one package. It is forgotten afterwards, and
// with it the syntax and every result.
type passes struct {
	run     *run
	unit    *unit
	syntax  *load.Syntax
	convert finding.Converter
	results map[*analysis.Analyzer]outcome
}

// outcome is what came of one analyzer.
type outcome struct {
	ok    bool
	value any
}

func newPasses(r *run, u *unit, syntax *load.Syntax) *passes {
	return &passes{
		run: r, unit: u, syntax: syntax,
		convert: finding.Converter{Fset: r.checker.Fset, Files: syntax.Files, Path: u.pkg.Path},
		results: map[*analysis.Analyzer]outcome{},
	}
}

func (p *passes) all() {
	for _, a := range p.run.facts {
		p.exec(a)
	}
	if p.unit.pkg.Report {
		for _, a := range p.run.cfg.Analyzers {
			p.exec(a)
		}
		p.observe()
	}
}

func (p *passes) observe() {
	p.run.observing.Lock()
	defer p.run.observing.Unlock()
	for a, f := range p.run.cfg.Observe {
		if o := p.exec(a); o.ok {
			f(p.unit.pkg, o.value)
		}
	}
}

// exec runs the analyzer once, after those it requires.
func (p *passes) exec(a *analysis.Analyzer) outcome {
	if o, done := p.results[a]; done {
		return o
	}
	p.results[a] = outcome{} // until it has succeeded, also if it panics
	inputs := make(map[*analysis.Analyzer]any, len(a.Requires))
	for _, req := range a.Requires {
		o := p.exec(req)
		if !o.ok {
			return outcome{} // what failed has been told
		}
		inputs[req] = o.value
	}
	o := p.call(a, p.pass(a, inputs))
	p.results[a] = o
	return o
}

// call runs the analyzer and turns whatever goes wrong into a problem.
func (p *passes) call(a *analysis.Analyzer, pass *analysis.Pass) (o outcome) {
	defer p.unit.recovered("check " + a.Name)
	value, err := a.Run(pass)
	if err == nil && a.ResultType != nil && reflect.TypeOf(value) != a.ResultType {
		err = fmt.Errorf("result is a %T, not a %v", value, a.ResultType)
	}
	if err != nil {
		p.unit.internalError("check "+a.Name, err)
		return outcome{}
	}
	return outcome{true, value}
}

func (p *passes) pass(a *analysis.Analyzer, inputs map[*analysis.Analyzer]any) *analysis.Pass {
	report := p.unit.pkg.Report && slices.Contains(p.run.cfg.Analyzers, a)
	pass := &analysis.Pass{
		Analyzer:     a,
		Fset:         p.run.checker.Fset,
		Files:        p.syntax.Files,
		OtherFiles:   p.unit.pkg.Other,
		IgnoredFiles: p.unit.pkg.Ignored,
		Pkg:          p.syntax.Types,
		TypesInfo:    p.syntax.Info,
		TypesSizes:   p.syntax.Sizes,
		Module:       p.unit.pkg.Module,
		ResultOf:     inputs,
		Report: func(d analysis.Diagnostic) {
			if report {
				p.unit.findings = append(p.unit.findings, p.convert.Convert(a, d))
			}
		},
	}
	pass.ReadFile = func(name string) ([]byte, error) {
		if !slices.Contains(p.unit.pkg.Files, name) && !slices.Contains(p.unit.pkg.Other, name) && !slices.Contains(p.unit.pkg.Ignored, name) {
			return nil, fmt.Errorf("%s is no file of %s", name, p.unit.pkg.Path)
		}
		return os.ReadFile(name)
	}
	p.setFacts(pass)
	return pass
}

// setFacts gives the pass its view of the facts.
func (p *passes) setFacts(pass *analysis.Pass) {
	u, a := p.unit, pass.Analyzer
	pass.ExportObjectFact = func(obj types.Object, fact analysis.Fact) {
		if obj == nil || obj.Pkg() != u.types {
			panic(fmt.Sprintf("fact %T exported on %v, which is not of this package", fact, obj))
		}
		u.facts[factKey{obj, factType(a, fact)}] = fact
	}
	pass.ExportPackageFact = func(fact analysis.Fact) {
		u.facts[factKey{nil, factType(a, fact)}] = fact
	}
	pass.ImportObjectFact = func(obj types.Object, fact analysis.Fact) bool {
		if obj == nil {
			panic("nil object")
		}
		return p.factsOf(obj.Pkg(), false).load(factKey{obj, factType(a, fact)}, fact)
	}
	pass.ImportPackageFact = func(pkg *types.Package, fact analysis.Fact) bool {
		return p.factsOf(pkg, true).load(factKey{nil, factType(a, fact)}, fact)
	}
	pass.AllObjectFacts = func() []analysis.ObjectFact {
		var all []analysis.ObjectFact
		p.eachFact(a, false, func(_ *types.Package, key factKey, fact analysis.Fact) {
			if key.obj != nil {
				all = append(all, analysis.ObjectFact{Object: key.obj, Fact: fact})
			}
		})
		return all
	}
	pass.AllPackageFacts = func() []analysis.PackageFact {
		var all []analysis.PackageFact
		p.eachFact(a, true, func(pkg *types.Package, key factKey, fact analysis.Fact) {
			if key.obj == nil {
				all = append(all, analysis.PackageFact{Package: pkg, Fact: fact})
			}
		})
		return all
	}
}

// factsOf returns the facts of the package itself or of one that it depends on;
// if direct, of one that it imports.
func (p *passes) factsOf(pkg *types.Package, direct bool) factSet {
	v, ok := p.run.byTypes.Load(pkg)
	if !ok {
		return nil // outside the cone, or nil
	}
	u := v.(*unit)
	if direct && u != p.unit && !slices.Contains(p.unit.deps, u) {
		return nil
	}
	return u.facts
}

// eachFact visits the facts, of the analyzer's types, of the package itself and
// of those it imports, or of all it depends on.
func (p *passes) eachFact(a *analysis.Analyzer, direct bool, visit func(*types.Package, factKey, analysis.Fact)) {
	declared := func(t reflect.Type) bool {
		return slices.ContainsFunc(a.FactTypes, func(f analysis.Fact) bool { return reflect.TypeOf(f) == t })
	}
	seen := map[*unit]bool{}
	var walk func(u *unit, deps bool)
	walk = func(u *unit, deps bool) {
		if seen[u] {
			return
		}
		seen[u] = true
		for key, fact := range u.facts {
			if declared(key.typ) {
				visit(u.types, key, fact)
			}
		}
		if deps {
			for _, dep := range u.deps {
				walk(dep, !direct)
			}
		}
	}
	walk(p.unit, true)
}
