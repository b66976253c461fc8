package load

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"sync"
)

// Checker parses and type-checks the packages of a graph. Its methods may be
// called concurrently.
type Checker struct {
	Fset   *token.FileSet
	export map[string]string
	sizes  types.Sizes

	mu      sync.Mutex // guards outside, which is not safe for concurrent use
	outside types.Importer
}

// Syntax is a package that has been type-checked without an error.
type Syntax struct {
	Files []*ast.File
	Types *types.Package
	Info  *types.Info
	Sizes types.Sizes
}

// NewChecker returns a checker for the packages of g.
func NewChecker(g *Graph) *Checker {
	c := &Checker{Fset: token.NewFileSet(), export: g.export, sizes: g.sizes}
	c.outside = importer.ForCompiler(c.Fset, "gc", c.open)
	return c
}

func (c *Checker) open(path string) (io.ReadCloser, error) {
	file := c.export[path]
	if file == "" {
		return nil, errors.New("the package does not build; go build names the reason")
	}
	return os.Open(file)
}

// maxProblems bounds what is said about one broken package.
const maxProblems = 10

// Check type-checks p. The types of the packages it imports come from imported,
// which returns nil for one that could not be checked.
func (c *Checker) Check(p *Package, imported func(*Package) *types.Package) (*Syntax, []Problem) {
	files, problems := c.parse(p)
	if len(problems) > 0 {
		return nil, problems
	}
	s := &Syntax{
		Files: files,
		Sizes: c.sizes,
		Info: &types.Info{
			Types:        map[ast.Expr]types.TypeAndValue{},
			Defs:         map[*ast.Ident]types.Object{},
			Uses:         map[*ast.Ident]types.Object{},
			Implicits:    map[ast.Node]types.Object{},
			Instances:    map[*ast.Ident]types.Instance{},
			Scopes:       map[ast.Node]*types.Scope{},
			Selections:   map[*ast.SelectorExpr]*types.Selection{},
			FileVersions: map[*ast.File]string{},
		},
	}
	config := types.Config{
		Importer: importerFunc(func(path string) (*types.Package, error) { return c.importPath(p, path, imported) }),
		Sizes:    s.Sizes,
		Error: func(err error) {
			if len(problems) < maxProblems {
				problems = append(problems, c.problem(p, err))
			}
		},
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		config.GoVersion = "go" + p.Module.GoVersion
	}
	s.Types, _ = config.Check(p.Path, c.Fset, files, s.Info) // errors go to config.Error
	if len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

func (c *Checker) parse(p *Package) ([]*ast.File, []Problem) {
	if len(p.Files) == 0 {
		return nil, []Problem{{Package: p.Path, Message: fmt.Sprintf("%s: cgo made no Go files of the package; go build names the reason", p.Path)}}
	}
	var files []*ast.File
	var problems []Problem
	for _, name := range p.Files {
		file, err := parser.ParseFile(c.Fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			problems = append(problems, c.problem(p, err))
		}
		files = append(files, file)
	}
	return files, problems
}

func (c *Checker) problem(p *Package, err error) Problem {
	var syntax scanner.ErrorList
	var typ types.Error
	switch {
	case errors.As(err, &syntax) && len(syntax) > 0:
		return Problem{Pos: syntax[0].Pos.String(), Package: p.Path, Message: syntax[0].Msg}
	case errors.As(err, &typ):
		return Problem{Pos: c.Fset.Position(typ.Pos).String(), Package: p.Path, Message: typ.Msg}
	}
	return Problem{Package: p.Path, Message: fmt.Sprintf("%s: %v", p.Path, err)}
}

func (c *Checker) importPath(p *Package, path string, imported func(*Package) *types.Package) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	id := cmp.Or(p.importMap[path], path)
	for _, dep := range p.Imports {
		if dep.ID == id {
			if pkg := imported(dep); pkg != nil {
				return pkg, nil
			}
			return nil, fmt.Errorf("%s has errors", path)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outside.Import(id)
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// syntaxErrors are those in named packages outside the cone. No check looks at
// these packages, so they are not type-checked; but a user who named a broken
// one is to hear of it.
func (l *loader) syntaxErrors() []Problem {
	var problems []Problem
	c := &Checker{Fset: token.NewFileSet()}
	for _, p := range l.all {
		if p.named && p.root && !p.cone && !p.broken() && p.main() {
			pkg := p.make()
			pkg.Files = append(pkg.Files, p.abs(p.CgoFiles)...)
			_, found := c.parse(pkg)
			problems = append(problems, found...)
		}
	}
	return problems
}
