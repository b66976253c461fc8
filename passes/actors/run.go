package actors

import (
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/otplint/otplint/passes/actorssa"
	"github.com/otplint/otplint/passes/cone"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// Analyzer computes the actor model. Its result is nil outside the cone, and for a framework's package that is
// only a dependency: frameworks are leaves.
var Analyzer = &analysis.Analyzer{
	Name:       "otplintactors",
	Doc:        "compute the actor model of a package: servers, messages, sites, trees and summaries",
	URL:        "https://pkg.go.dev/github.com/otplint/otplint/passes/actors",
	Requires:   []*analysis.Analyzer{cone.Analyzer, actorssa.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Model](),
	FactTypes:  []analysis.Fact{new(Closure)},
}

func run(pass *analysis.Pass) (any, error) {
	s := pass.ResultOf[actorssa.Analyzer].(*actorssa.SSA)
	if s == nil {
		return (*Model)(nil), nil
	}
	closure := dependencies(pass)
	deps, err := closure.Packages()
	if err != nil {
		return nil, err
	}
	b := newBuilder(pass, s, deps)
	b.build()
	if roles.FrameworkOf(pass.Pkg.Path()) == nil { // a framework is a leaf for its users
		pass.ExportPackageFact(closure.with(b.m.Pkg))
	}
	return b.m, nil
}

// dependencies unites the closures of the direct imports: nothing else can be relied upon.
func dependencies(pass *analysis.Pass) *Closure {
	var closures []*Closure
	for _, imp := range pass.Pkg.Imports() {
		c := new(Closure)
		if pass.ImportPackageFact(imp, c) {
			closures = append(closures, c)
		}
	}
	return unite(closures, pass.Pkg.Path())
}

// builder computes one package's model.
type builder struct {
	pass   *analysis.Pass
	m      *Model
	syntax *syntax

	children  map[ssa.Value]*Child // memo of childOf; nil while it is being computed
	returns   map[*ssa.Function]*returned
	facts     map[*ssa.Function]*flow // per function: loops, cases
	globals   map[*ssa.Global]ssa.Value
	goroutine map[*ssa.Function]bool // literals that run in another goroutine or process
	sent      map[*ssa.Function]bool // of these, those that run in a process that is there already
	repeated  map[*ssa.Function]bool // literals that a call runs many times
	called    map[*ssa.Function]bool // literals that are called where they are known
	own       map[FuncID]*Func
	sited     map[FuncID]bool
	effects   map[*ssa.Function]*effects
	mutables  map[types.Type]bool
	embeds    int // how deep field is in embedded references
}

func newBuilder(pass *analysis.Pass, s *actorssa.SSA, deps []*Package) *builder {
	m := &Model{
		Pkg: &Package{Path: pass.Pkg.Path()}, Deps: deps, SSA: s,
		positions: newPositions(pass),
		files:     map[string]*File{},
		ssaFuncs:  map[FuncID]*ssa.Function{},
		ids:       map[*ssa.Function]FuncID{},
	}
	for _, f := range pass.Files {
		name := pass.Fset.File(f.FileStart).Name()
		m.Pkg.Files = append(m.Pkg.Files, File{
			Name: name, Test: strings.HasSuffix(name, "_test.go"), Generated: ignore.Generated(f),
		})
	}
	m.Pkg.Imports = imports(pass, m)
	for i := range m.Pkg.Files {
		m.files[m.Pkg.Files[i].Name] = &m.Pkg.Files[i]
	}
	for _, f := range s.Funcs {
		id := funcID(f)
		m.ids[f], m.ssaFuncs[id] = id, f
	}
	return &builder{
		pass: pass, m: m,
		children:  map[ssa.Value]*Child{},
		returns:   map[*ssa.Function]*returned{},
		facts:     map[*ssa.Function]*flow{},
		globals:   map[*ssa.Global]ssa.Value{},
		goroutine: map[*ssa.Function]bool{},
		sent:      map[*ssa.Function]bool{},
		repeated:  map[*ssa.Function]bool{},
		called:    map[*ssa.Function]bool{},
		own:       map[FuncID]*Func{},
		mutables:  map[types.Type]bool{},
	}
}

// imports lists the packages of the cone that files other than tests import.
func imports(pass *analysis.Pass, m *Model) []string {
	var paths []string
	for _, file := range pass.Files {
		if strings.HasSuffix(pass.Fset.File(file.FileStart).Name(), "_test.go") {
			continue
		}
		for _, spec := range file.Imports {
			if name := pass.TypesInfo.PkgNameOf(spec); name != nil && m.Package(name.Imported().Path()) != nil {
				paths = append(paths, name.Imported().Path())
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (b *builder) build() {
	b.syntax = readSyntax(b.pass)
	b.findGlobals()
	b.findServers()
	b.findMessages()
	b.summaries()
	b.constructions()
	b.wrappers()
	b.writes()
	b.functions()
	b.handled()
	b.m.flows = b.facts
	b.finish()
	b.m.complete = true
}

// pos is the model's form of a position.
func (b *builder) pos(p token.Pos) Pos { return b.m.positions.of(p) }

func (b *builder) typeID(t types.Type) TypeID { return typeID(t, b.pass.Fset) }

// finish drops functions without content and sorts what is left, so that the fact is the same for the same source.
func (b *builder) finish() {
	p := b.m.Pkg
	for _, f := range b.m.SSA.Funcs {
		fn := b.own[b.m.ids[f]]
		if fn.Entry != NoEntry || fn.Traps || len(fn.Edges)+len(fn.Blocks)+len(fn.Releases)+len(fn.Ends)+len(fn.Writes)+len(fn.Returns) > 0 || fn.ReturnsOpen || fn.Retries ||
			b.hasSite(fn.ID) || b.holds(fn.ID) || b.m.Pkg.callback(fn.ID) {
			p.Funcs = append(p.Funcs, *fn)
		}
	}
	for _, s := range p.Sites {
		if s.resolved() {
			p.Stats.Resolved[s.Kind]++
		} else if !s.param() {
			p.Stats.Unresolved[s.Kind]++
		}
	}
}
