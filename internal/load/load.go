// Package load turns package patterns into the packages that the command
// analyzes: those of the cone (packages that import a known framework, directly
// or not), in dependency order, type-checked from source. All they need from
// outside the cone comes from export data.
//
// It asks go list, so that build tags, workspaces, vendoring and GOFLAGS mean
// what they mean to the go command. It does not analyze: see internal/runner.
package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Config says what to load.
type Config struct {
	// Dir is the directory in which patterns are resolved; "" is the working
	// directory.
	Dir string
	// Tests adds the packages' test files and external test packages.
	Tests bool
	// Tags is a comma-separated list of build tags.
	Tags string
	// Patterns are package patterns as the go command knows them.
	Patterns []string
	// InCone says whether an import path is a known framework's. A package is
	// in the cone if it is one or imports, directly or not, one that is.
	InCone func(path string) bool
	// WholeModule adds every package of the main module to the cone, named or not.
	WholeModule bool
	// Warn gets what the go command says beside its answers; may be nil.
	Warn func(line string)
}

// A Package is a package of the cone, or one variant of it made for a test.
type Package struct {
	ID      string // unique, such as "p", "p [p.test]" and "p_test [p.test]"
	Path    string // as an analyzer sees it, such as "p" and "p_test"
	Name    string
	Dir     string
	Module  *analysis.Module // nil in the standard library
	Files   []string         // absolute names of the Go files to parse
	Other   []string         // absolute names of other source files
	Ignored []string         // absolute names of files that build constraints exclude
	Main    bool             // belongs to a module being worked on
	// Report is set if the patterns name the package and its findings are not
	// reported by a variant of it that has more files.
	Report bool
	// Matters is set if the patterns name the package or something that
	// depends on it: if it is broken the user has to know.
	Matters bool
	// Imports are the packages of the cone that it imports.
	Imports []*Package

	importMap map[string]string // import paths to IDs, where they differ
	listed    *listed
}

// Graph is the result of loading.
type Graph struct {
	// Packages are the cone's, each after those it imports.
	Packages []*Package
	// Problems are what kept packages from being loaded, sorted.
	Problems []Problem
	// Matched counts the packages that the patterns name, test variants apart.
	Matched int

	export map[string]string // export data files of the cone's outside dependencies
	sizes  types.Sizes       // of the platform that the go command builds for
}

// A Problem is something that kept a package from being loaded or checked.
type Problem struct {
	Pos     string // "file:line:col", or "" if the problem has no place
	Package string
	Message string
}

func (p Problem) String() string {
	if p.Pos != "" {
		return p.Pos + ": " + p.Message
	}
	return p.Message
}

// Relative returns the problem with file names below dir made relative to it.
func (p Problem) Relative(dir string) Problem {
	prefix := filepath.Clean(dir) + string(filepath.Separator)
	p.Pos = strings.TrimPrefix(p.Pos, prefix)
	p.Message = strings.ReplaceAll(p.Message, prefix, "")
	return p
}

// ErrNoModule is returned outside any module.
var ErrNoModule = errors.New("no go.mod in this directory or above it: run otplint inside a module, or name its directory with -C")

// Load resolves the patterns. An error means that nothing could be loaded;
// what is wrong with single packages stands in Graph.Problems.
func Load(ctx context.Context, cfg Config) (*Graph, error) {
	cfg.Patterns = cleanPatterns(cfg.Patterns)
	all, err := list(ctx, cfg)
	if err != nil {
		return nil, err
	}
	l := &loader{cfg: cfg, all: all, byID: map[string]*listed{}}
	for _, p := range all {
		l.byID[p.ImportPath] = p
	}
	l.markNamed()
	l.markCone()
	g := &Graph{Problems: l.problems(), Matched: l.matched()}
	if g.Matched == 0 && len(g.Problems) == 0 {
		return nil, fmt.Errorf("no packages match %s: name at least one that exists (./... is all of the module)", strings.Join(cfg.Patterns, " "))
	}
	g.Problems = append(g.Problems, l.unmatched()...)
	g.Packages = l.packages()
	if err := compileCgo(ctx, cfg, g.Packages); err != nil {
		return nil, err
	}
	g.Problems = sortProblems(append(g.Problems, l.syntaxErrors()...))
	if g.sizes, err = sizes(ctx, cfg); err != nil {
		return nil, err
	}
	g.export, err = exportData(ctx, cfg, l.outside(g.Packages))
	return g, err
}

// loader holds what the steps of Load share.
type loader struct {
	cfg  Config
	all  []*listed // dependencies first
	byID map[string]*listed
}

// markNamed finds out which packages the user's patterns name, and what those
// depend on. The main module may be listed too, so go list's own notion is too
// wide; and it does not tell for external test packages.
func (l *loader) markNamed() {
	files := slices.ContainsFunc(l.cfg.Patterns, isFile)
	for _, p := range l.all {
		if p.synthesized() {
			continue
		}
		base := p
		if p.ForTest != "" {
			base = l.byID[p.ForTest]
		}
		p.named = files && !p.DepOnly || base != nil && slices.ContainsFunc(base.Match, func(pattern string) bool {
			return slices.Contains(l.cfg.Patterns, pattern)
		})
		if p.named {
			l.markMatters(p)
		}
	}
}

func (l *loader) markMatters(p *listed) {
	if p.matters {
		return
	}
	p.matters = true
	for _, dep := range l.imports(p) {
		l.markMatters(dep)
	}
}

func (l *loader) imports(p *listed) []*listed {
	var deps []*listed
	for _, id := range p.Imports {
		if dep := l.byID[id]; dep != nil && id != "unsafe" {
			deps = append(deps, dep)
		}
	}
	return deps
}

// matched counts the named packages that exist.
func (l *loader) matched() int {
	n := 0
	for _, p := range l.all {
		if p.named && p.ForTest == "" && p.Name != "" {
			n++
		}
	}
	return n
}

// unmatched are the patterns that name nothing, though others do: a user who
// misspelled one is to hear of it, above all where an exit status decides.
func (l *loader) unmatched() []Problem {
	if slices.ContainsFunc(l.cfg.Patterns, isFile) {
		return nil
	}
	matched := map[string]bool{}
	for _, p := range l.all {
		for _, pattern := range p.Match {
			matched[pattern] = true
		}
	}
	var problems []Problem
	for _, pattern := range l.cfg.Patterns {
		if !matched[pattern] {
			problems = append(problems, Problem{Message: "no packages match " + pattern})
		}
	}
	return problems
}

// markCone decides what is in the cone.
func (l *loader) markCone() {
	for _, p := range l.all {
		if p.ImportPath == "unsafe" || p.synthesized() {
			continue
		}
		p.cone = l.cfg.WholeModule && p.main() || l.cfg.InCone(p.path()) ||
			slices.ContainsFunc(l.imports(p), func(dep *listed) bool { return dep.cone })
	}
}

// packages makes the packages of the cone that are needed: the variants of the
// named ones whose findings count, and what they import. What imports them can
// decide nothing about them.
func (l *loader) packages() []*Package {
	tested := map[string]bool{} // import paths of packages that have test files of their own
	for _, p := range l.all {
		if p.withTests() {
			tested[p.ForTest] = true
		}
	}
	needed := map[*listed]bool{}
	for _, p := range l.all {
		if p.empty() {
			continue
		}
		p.root = p.ForTest == "" && !tested[p.ImportPath] || p.withTests() || p.externalTest()
		if p.root && p.cone && p.named {
			l.need(p, needed)
		}
	}
	made := map[*listed]*Package{}
	var result []*Package
	for _, p := range l.all {
		if !needed[p] {
			continue
		}
		pkg := p.make()
		for _, dep := range l.imports(p) {
			if dep := made[dep]; dep != nil {
				pkg.Imports = append(pkg.Imports, dep)
			}
		}
		made[p] = pkg
		result = append(result, pkg)
	}
	return result
}

// need marks what p needs from source: its imports in the cone, and those made
// for a test, for which the go command hands out no export data.
func (l *loader) need(p *listed, needed map[*listed]bool) {
	if needed[p] || p.broken() || p.empty() {
		return
	}
	p.cone = true
	needed[p] = true
	for _, dep := range l.imports(p) {
		if dep.cone || dep.ForTest != "" {
			l.need(dep, needed)
		}
	}
}

// problems are what go list could not load, where it matters.
func (l *loader) problems() []Problem {
	var problems []Problem
	for _, p := range l.all {
		if p.matters && p.Error != nil {
			problems = append(problems, p.Error.problem(p.path()))
		}
	}
	return problems
}

// outside lists what the packages import directly from outside the cone.
func (l *loader) outside(pkgs []*Package) []string {
	var paths []string
	for _, pkg := range pkgs {
		for _, dep := range l.imports(pkg.listed) {
			if !dep.cone && !dep.broken() {
				paths = append(paths, dep.ImportPath)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func sortProblems(problems []Problem) []Problem {
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.Package, b.Package), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(problems)
}
