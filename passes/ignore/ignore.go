// Package ignore finds the comments with which a user tells a check to be
// quiet, and makes analyzers honour them. It works inside the analyzers, so
// that vet, gopls, golangci-lint and the command agree; it reports nothing
// itself (the check "directive" reports what is wrong with a directive).
//
// Honoured are, for one or several checks separated by commas,
//
//	//otplint:ignore unsupervised the process exits with main
//	//lint:ignore unsupervised the process exits with main
//	//lint:file-ignore unsupervised this file is a load generator
//	//nolint:otplint // the process exits with main
//
// at the end of a line, or on the line above. A directive covers its line and
// whatever statement, declaration or expression starts there; above the
// package clause it covers the file. Generated files are always quiet.
package ignore

import (
	"go/ast"
	"go/token"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// Analyzer computes the *Directives of a package. It has no facts and costs
// one look at each comment.
var Analyzer = &analysis.Analyzer{
	Name:       "ignore",
	Doc:        "find the directives that silence checks",
	Run:        run,
	ResultType: reflect.TypeFor[*Directives](),
}

// Directives are all directives of one package, with what they cover.
type Directives struct {
	list      []directive
	generated []span
	// Malformed are the directives that were not honoured, and why.
	Malformed []Malformed
	// Named are the checks that //otplint:ignore directives name.
	Named []Name
}

// Malformed is a directive that has no effect.
type Malformed struct {
	Pos, End token.Pos
	Problem  string // what is wrong, and what to write instead
}

// Name is one use of a check's name in an //otplint:ignore directive.
type Name struct {
	Pos, End token.Pos // of the directive
	Check    string
}

type directive struct {
	checks []string
	spans  []span
}

type span struct{ from, to token.Pos }

func (s span) has(pos token.Pos) bool { return s.from <= pos && pos <= s.to }

// Ignored reports whether a finding of the check at pos is to be dropped.
func (d *Directives) Ignored(check string, pos token.Pos) bool {
	has := func(s span) bool { return s.has(pos) }
	if slices.ContainsFunc(d.generated, has) {
		return true
	}
	return slices.ContainsFunc(d.list, func(dir directive) bool {
		return names(dir.checks, check) && slices.ContainsFunc(dir.spans, has)
	})
}

func names(checks []string, check string) bool {
	return slices.Contains(checks, check) || slices.Contains(checks, All)
}

// Honour changes the analyzer so that it drops what directives silence. It is
// to be called once, before the analyzer is used.
func Honour(a *analysis.Analyzer) {
	run := a.Run
	a.Requires = append(a.Requires, Analyzer)
	a.Run = func(pass *analysis.Pass) (any, error) {
		directives := pass.ResultOf[Analyzer].(*Directives)
		filtered := *pass
		filtered.Report = func(d analysis.Diagnostic) {
			if !directives.Ignored(a.Name, d.Pos) {
				pass.Report(d)
			}
		}
		return run(&filtered)
	}
}

func run(pass *analysis.Pass) (any, error) {
	result := new(Directives)
	for _, file := range pass.Files {
		if ast.IsGenerated(file) {
			result.generated = append(result.generated, span{file.FileStart, file.FileEnd})
			continue
		}
		result.addFile(pass.Fset.File(file.FileStart), file)
	}
	return result, nil
}

func (d *Directives) addFile(tokens *token.File, file *ast.File) {
	for _, group := range file.Comments {
		for _, c := range group.List {
			p := Parse(c.Text)
			switch {
			case !p.Found:
			case p.Problem != "":
				d.Malformed = append(d.Malformed, Malformed{c.Pos(), c.End(), p.Problem})
			case p.File:
				d.add(c, p, []span{{file.FileStart, file.FileEnd}})
			default:
				d.add(c, p, covered(tokens, file, group, c))
			}
		}
	}
}

func (d *Directives) add(c *ast.Comment, p Parsed, spans []span) {
	d.list = append(d.list, directive{p.Checks, spans})
	if p.Own {
		for _, check := range p.Checks {
			d.Named = append(d.Named, Name{c.Pos(), c.End(), check})
		}
	}
}

// covered returns what a directive at c silences: its line if code stands
// before it, else the line below its comment group; and all nodes that start
// there.
func covered(tokens *token.File, file *ast.File, group *ast.CommentGroup, c *ast.Comment) []span {
	line := tokens.Line(c.Pos())
	if !trailing(tokens, file, c) {
		line = tokens.Line(group.End()) + 1
		if line > tokens.LineCount() {
			return nil
		}
	}
	spans := []span{lineSpan(tokens, line)}
	eachNode(file, func(n ast.Node) {
		if tokens.Line(n.Pos()) == line {
			spans = append(spans, span{n.Pos(), n.End()})
		}
	})
	return spans
}

// trailing reports whether code stands before the comment on its line. Every
// token is the first or last of some node, or stands beside one that is.
func trailing(tokens *token.File, file *ast.File, c *ast.Comment) bool {
	start := tokens.LineStart(tokens.Line(c.Pos()))
	found := false
	eachNode(file, func(n ast.Node) {
		for _, pos := range [...]token.Pos{n.Pos(), n.End() - 1} {
			found = found || start <= pos && pos < c.Pos()
		}
	})
	return found
}

// eachNode visits the nodes of the file that have a position and are code.
// The file itself is visited as starting at its package clause.
func eachNode(file *ast.File, visit func(ast.Node)) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.CommentGroup, *ast.Comment:
			return false
		}
		if n.Pos().IsValid() && n.End() > n.Pos() {
			visit(n)
		}
		return true
	})
}

func lineSpan(tokens *token.File, line int) span {
	end := token.Pos(tokens.Base() + tokens.Size())
	if line < tokens.LineCount() {
		end = tokens.LineStart(line+1) - 1
	}
	return span{tokens.LineStart(line), end}
}
