package actors_test

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"testing"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/actorssa"
	"github.com/otplint/otplint/passes/cone"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

// driver runs the passes as vet does: package after package, facts encoded, and visible to direct importers only.
type driver struct {
	shared map[factKey]analysis.Fact // if not nil, facts stay values, as in drivers of one process
	facts  map[factKey][]byte
	models map[string]*actors.Model
	done   map[*packages.Package]bool
}

type factKey struct {
	pkg  *types.Package
	kind reflect.Type
}

func newDriver() *driver {
	return &driver{facts: map[factKey][]byte{}, models: map[string]*actors.Model{}, done: map[*packages.Package]bool{}}
}

func (d *driver) run(p *packages.Package) error {
	if d.done[p] {
		return nil
	}
	d.done[p] = true
	for _, imp := range p.Imports {
		if err := d.run(imp); err != nil {
			return err
		}
	}
	if p.IllTyped || p.TypesInfo == nil {
		return nil
	}
	results := map[*analysis.Analyzer]any{}
	for _, a := range []*analysis.Analyzer{cone.Analyzer, actorssa.Analyzer, actors.Analyzer} {
		res, err := d.analyze(p, a, results)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", p.PkgPath, a.Name, err)
		}
		results[a] = res
	}
	if m := results[actors.Analyzer].(*actors.Model); m != nil {
		d.models[p.PkgPath] = m
	}
	return nil
}

func (d *driver) analyze(p *packages.Package, a *analysis.Analyzer, results map[*analysis.Analyzer]any) (res any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	pass := &analysis.Pass{
		Analyzer: a, Fset: p.Fset, Files: p.Syntax, Pkg: p.Types, TypesInfo: p.TypesInfo, TypesSizes: p.TypesSizes,
		ResultOf: results, Report: func(analysis.Diagnostic) {}, Module: &analysis.Module{},
		ImportPackageFact: func(of *types.Package, fact analysis.Fact) bool {
			direct := false
			for _, imp := range p.Types.Imports() {
				direct = direct || imp == of
			}
			if shared, ok := d.shared[factKey{of, reflect.TypeOf(fact)}]; ok && direct {
				reflect.ValueOf(fact).Elem().Set(reflect.ValueOf(shared).Elem())
				return true
			}
			data, ok := d.facts[factKey{of, reflect.TypeOf(fact)}]
			return direct && ok && gob.NewDecoder(bytes.NewReader(data)).Decode(fact) == nil
		},
		ExportPackageFact: func(fact analysis.Fact) {
			if d.shared != nil {
				d.shared[factKey{p.Types, reflect.TypeOf(fact)}] = fact
				return
			}
			var buf bytes.Buffer
			if e := gob.NewEncoder(&buf).Encode(fact); e != nil {
				err = errors.Join(err, e)
			}
			d.facts[factKey{p.Types, reflect.TypeOf(fact)}] = buf.Bytes()
		},
	}
	if p.Module != nil {
		pass.Module.Path, pass.Module.Version = p.Module.Path, p.Module.Version
	}
	res, runErr := a.Run(pass)
	return res, errors.Join(err, runErr)
}

// loadAll type-checks packages and all their dependencies from source.
func loadAll(t testing.TB, dir string, patterns ...string) []*packages.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

// TestFactsReachIndirectImporters: top imports mid, mid imports low; vet gives top the facts of mid only.
func TestFactsReachIndirectImporters(t *testing.T) {
	d := newDriver()
	for _, p := range loadAll(t, dir(t), "./deep/top") {
		if err := d.run(p); err != nil {
			t.Fatal(err)
		}
	}
	top := d.models["otplint.test/deep/top"]
	if top == nil {
		t.Fatal("top is not in the cone")
	}
	var to []actors.FuncID
	for path, site := range top.SitesIn("otplint.test/deep/top.Run", actors.Walk{}) {
		if site.Kind == actors.CallSite {
			for _, step := range path {
				to = append(to, step.Func.ID)
			}
		}
	}
	want := []actors.FuncID{"otplint.test/deep/top.Run", "(*otplint.test/deep/mid.Holder).Do", "otplint.test/deep/low.Do"}
	if !reflect.DeepEqual(to, want) {
		t.Errorf("path to low's call = %v, want %v", to, want)
	}
	if top.Server("*otplint.test/deep/low.Low") == nil {
		t.Error("top does not know low's server")
	}
	for _, p := range top.Deps {
		if p.Path == "github.com/otplint/otplint/runtime/genserver" {
			t.Error("the framework is a leaf, but its model is in the closure")
		}
	}
	if d.models["context"] != nil {
		t.Error("the standard library is outside the cone")
	}
}

// TestRelatedPosition: a position in another package prints its real line and column.
func TestRelatedPosition(t *testing.T) {
	d := newDriver()
	pkgs := loadAll(t, dir(t), "./deep/top")
	for _, p := range pkgs {
		if err := d.run(p); err != nil {
			t.Fatal(err)
		}
	}
	top := d.models["otplint.test/deep/top"]
	for s := range top.Sites() {
		pos := top.TokenPos(s.Pos)
		at := pkgs[0].Fset.PositionFor(pos, false)
		if got := (actors.Pos{File: at.Filename, Line: at.Line, Col: at.Column}); got != s.Pos {
			t.Errorf("position of %v prints as %v", s.Pos, got)
		}
		if again := top.TokenPos(s.Pos); again != pos {
			t.Errorf("two positions for %v: %d, %d", s.Pos, pos, again)
		}
	}
	own := top.Func("otplint.test/deep/top.Run").Pos
	if f := pkgs[0].Fset.File(top.TokenPos(own)); f == nil || f.Name() != own.File || f.Base() > int(pkgs[0].Syntax[0].FileEnd) {
		t.Errorf("a position in the package itself is not in its real file")
	}
}

// TestFactIsStable: the same source gives the same bytes.
func TestFactIsStable(t *testing.T) {
	pkgs := loadAll(t, dir(t), "./trees", "./forms")
	var runs [2]*driver
	for i := range runs {
		runs[i] = newDriver()
		for _, p := range pkgs {
			if err := runs[i].run(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(runs[0].facts) == 0 {
		t.Fatal("no facts")
	}
	for key, data := range runs[0].facts {
		if !bytes.Equal(data, runs[1].facts[key]) {
			t.Errorf("%v: two runs, two facts of %v", key.pkg, key.kind)
		}
	}
}

// TestRobust puts code that never saw a framework into the cone: generics, cgo leftovers, packages without
// functions. Nothing may fail.
func TestRobust(t *testing.T) {
	restore := cone.EverythingForTest()
	t.Cleanup(restore)
	d := newDriver()
	d.shared = map[factKey]analysis.Fact{}
	for _, p := range loadAll(t, "", "encoding/json", "golang.org/x/tools/go/ssa") {
		if err := d.run(p); err != nil {
			t.Error(err)
		}
	}
	if len(d.models) < 60 {
		t.Errorf("only %d packages were analysed", len(d.models))
	}
}
