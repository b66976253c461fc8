package scatteredcalls_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/otplint/otplint/analyzers"
	"github.com/otplint/otplint/analyzers/scatteredcalls"
	"github.com/otplint/otplint/internal/checktest"
)

// A check of package analyzers honours directives, which package user has.
func TestFindings(t *testing.T) {
	analysistest.Run(t, checktest.Dir(t), analyzers.Lookup("scatteredcalls").Analyzer, "./scatteredcalls/...")
}

func TestDocumentation(t *testing.T) {
	checktest.Documentation(t, scatteredcalls.Analyzer, scatteredcalls.Doc)
}

// TestVet: package top sees the facts of mid only, and knows stock's client API.
func TestVet(t *testing.T) {
	out := checktest.Vet(t, "scatteredcalls", "./scatteredcalls/top", "./scatteredcalls/app/...")
	for text, want := range map[string]int{
		"top.go:13:2: raw genserver.Call of stock.List":                                                           1,
		"top.go:14:2: raw genserver.Call of stock.Get outside package stock: use its client function stock.Level": 1,
		"web.go:13:2: raw genserver.Cast of ledger.Book":                                                          1,
		"raw genserver": 3,
	} {
		if got := strings.Count(out, text); got != want {
			t.Errorf("%d times %q, want %d, in\n%s", got, text, want, out)
		}
	}
}

// TestRelated: the evidence names the wrapper, the message and the client function.
func TestRelated(t *testing.T) {
	for _, f := range checktest.Findings(t, scatteredcalls.Analyzer, checktest.Dir(t), "./scatteredcalls/user") {
		var got []string
		for _, r := range f.Related {
			got = append(got, r.Message)
		}
		line := f.Pos.Line
		want := []string{"message Get is declared here", "stock.Level is declared here"}
		switch {
		case strings.HasPrefix(f.Message, "raw genserver.Call of stock.Get"):
		case strings.HasPrefix(f.Message, "raw genserver.Call of stock.List") && len(got) == 3:
			want = []string{"sent through wrap.Retry", "message List is declared here", "server Stock is declared here"}
		default:
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("line %d: %q, want %q", line, got, want)
		}
	}
}

// TestForeignModule: the author of a call cannot add to the client API of another module.
func TestForeignModule(t *testing.T) {
	dir := checktest.Module(t, `
require other.test v0.0.0
replace other.test => ./other
-- other/go.mod --
module other.test

go 1.26.0

require github.com/otplint/otplint v0.0.0
-- other/stock.go --
package other

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type Stock struct{}

type Get struct{ genserver.CallTo[*Stock, int] }
type List struct{ genserver.CallTo[*Stock, int] }

func Level(ctx context.Context, s genserver.Ref[*Stock]) (int, error) { return genserver.Call(ctx, s, Get{}) }

func (s *Stock) Init(c *genserver.Context) genserver.Result { return c.OK() }
-- use.go --
package use

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"other.test"
)

func use(ctx context.Context, s genserver.Ref[*other.Stock]) {
	genserver.Call(ctx, s, other.List{})
	genserver.Call(ctx, s, other.Get{})
}
`)
	got := checktest.Findings(t, scatteredcalls.Analyzer, dir, ".")
	if len(got) != 1 || !strings.Contains(got[0].Message, "use its client function other.Level") {
		t.Errorf("%v", got)
	}
}
