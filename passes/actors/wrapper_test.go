package actors_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/otplint/otplint/passes/actors"
)

// knot is a package of n generic helpers that each call the server and all the others, and a user of the first.
func knot(n int) string {
	var src strings.Builder
	src.WriteString(`package knot

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"otplint.test/counter"
)

func Use(ctx context.Context, to genserver.Ref[*counter.Counter], req genserver.Request[*counter.Counter, int]) {
	H0(ctx, to, req)
}
`)
	for i := range n {
		fmt.Fprintf(&src, "\nfunc H%d[S, R any](ctx context.Context, to genserver.Ref[S], req genserver.Request[S, R]) {\n\tgenserver.Call(ctx, to, req)\n", i)
		for j := range n {
			if j != i {
				fmt.Fprintf(&src, "\tH%d(ctx, to, req)\n", j)
			}
		}
		src.WriteString("}\n")
	}
	return src.String()
}

// TestWrapperKnot: wrappers that call each other have one site for each use of the framework, not for each way to it.
func TestWrapperKnot(t *testing.T) {
	for _, test := range []struct {
		helpers, most int
		cut           bool
	}{
		{helpers: 5, most: 5 + 5*4*5 + 5},
		{helpers: 12, most: 12 + 12*64 + 12, cut: true},
	} {
		dir := dir(t)
		pkgs, err := packages.Load(&packages.Config{
			Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir,
			Overlay: map[string][]byte{filepath.Join(dir, "knot", "knot.go"): []byte(knot(test.helpers))},
		}, "./knot")
		if err != nil {
			t.Fatal(err)
		}
		d := newDriver()
		if err := d.run(pkgs[0]); err != nil {
			t.Fatal(err)
		}
		m := d.models["otplint.test/knot"]
		if m == nil {
			t.Fatal("no model: ", pkgs[0].Errors)
		}
		if n := len(m.Pkg.Sites); n > test.most {
			t.Errorf("%d helpers have %d sites, want at most %d", test.helpers, n, test.most)
		}
		if cut := m.Pkg.Stats.Unresolved[actors.CallSite] > 0; cut != test.cut {
			t.Errorf("%d helpers: sites left out are %v, want %v", test.helpers, m.Pkg.Stats.Unresolved[actors.CallSite], test.cut)
		}
		origins := map[actors.Pos]int{}
		for s := range m.SitesTo("*otplint.test/counter.Counter", actors.CallSite) {
			if s.Func.Name() == "Use" {
				origins[s.Origin]++
			}
		}
		if len(origins) != test.helpers {
			t.Errorf("the user of %d helpers has sites of %d", test.helpers, len(origins))
		}
		for at, n := range origins {
			if n != 1 {
				t.Errorf("the user has %d sites of %v", n, at)
			}
		}
	}
}
