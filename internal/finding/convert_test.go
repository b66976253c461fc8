package finding

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

func parse(t testing.TB, expr string) ast.Expr {
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

// A literal's outline costs the same for each level, where go/printer takes
// the square of the depth.
func BenchmarkOutlineOfDeepNesting(b *testing.B) {
	for _, depth := range []int{100, 1_000} {
		b.Run(strconv.Itoa(depth), func(b *testing.B) {
			expr := parse(b, strings.Repeat("func() { for { ", depth)+strings.Repeat("}}", depth))
			for b.Loop() {
				if outline(expr) == "" {
					b.Fatal("nothing")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*depth), "ns/level")
		})
	}
}
