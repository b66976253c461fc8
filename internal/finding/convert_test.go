package finding

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, expr string) ast.Expr {
	t.Helper()
	e, err := parser.ParseExprFrom(token.NewFileSet(), "", expr, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// What is written differently has different outlines; layout and comments are
// no difference.
func TestOutline(t *testing.T) {
	seen := map[string]string{}
	for _, expr := range []string{"a + b", "a - b", "-a", "!a", "a(b)", "a[b]", "a.b", `"a"`, "1", "func() { a++ }", "func() { a-- }",
		"func() { a = b }", "func() { a += b }", "func() { for { break } }", "func() { for { continue } }", "a(b(c))", "a(b, c)"} {
		got := outline(parse(t, expr))
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s are both %s", expr, other, got)
		}
		seen[got] = expr
	}
	if a, b := outline(parse(t, "func() { a(1) }")), outline(parse(t, "func() {\n\t// why\n\ta( 1 )\n}")); a != b {
		t.Errorf("layout matters: %s, %s", a, b)
	}
}

// go/printer takes the square of the depth, and a finding at each depth is
// printed with all below it.
func TestOutlineOfDeepNesting(t *testing.T) {
	const depth = 1000
	expr := parse(t, strings.Repeat("func() { for { ", depth)+strings.Repeat("}}", depth))
	began := time.Now()
	if outline(expr) == "" {
		t.Error("nothing")
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("%v for %d levels", took, depth)
	}
}
