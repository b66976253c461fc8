package directive_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/analyzers/directive"
	"github.com/otplint/otplint/passes/cone"
	"github.com/otplint/otplint/passes/ignore"
)

const source = `package p

//otplint:ignore bottleneck it is meant
//otplint:ignore all,directive it is meant
//lint:ignore SA1000 somebody else's
//nolint:errcheck // somebody else's
func good() {}

//otplint:ignore bottleneck
func noReason() {} //otplint:ignore

//otplint:ignore botleneck,bottleneck it is meant
func misspelt() {}

//otplint:ignore SA1000 it is meant
func foreign() {} // otplint:ignore bottleneck it is meant
`

func TestDirective(t *testing.T) {
	got := run(t, cone.User)
	want := []string{
		"9: the directive gives no reason, so it is not honoured: write //otplint:ignore CHECK REASON",
		"10: the directive names no check: write //otplint:ignore CHECK REASON",
		`12: there is no check "botleneck", so the directive silences nothing; did you mean "bottleneck"?`,
		`15: there is no check "SA1000", so the directive silences nothing; the checks are bottleneck, directive, all`,
		"16: a directive has no space after //: write //otplint:ignore CHECK REASON",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := run(t, cone.Outside); len(got) > 0 {
		t.Errorf("outside the cone: %q", got)
	}
}

func run(t *testing.T, status cone.Status) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	pass := &analysis.Pass{
		Fset: fset, Files: []*ast.File{file},
		Report: func(d analysis.Diagnostic) {
			got = append(got, strconv.Itoa(fset.Position(d.Pos).Line)+": "+d.Message)
		},
	}
	directives, err := ignore.Analyzer.Run(pass)
	if err != nil {
		t.Fatal(err)
	}
	pass.ResultOf = map[*analysis.Analyzer]any{ignore.Analyzer: directives, cone.Analyzer: status}
	if _, err := directive.New([]string{"bottleneck"}).Run(pass); err != nil {
		t.Fatal(err)
	}
	return got
}
