package actors_test

import (
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"

	"github.com/otplint/otplint/analyzers/bottleneck"
	"github.com/otplint/otplint/analyzers/oversizedstate"
	"github.com/otplint/otplint/analyzers/scatteredcalls"
	"github.com/otplint/otplint/analyzers/unsupervised"
	"github.com/otplint/otplint/passes/actors"
)

// shared are packages with findings that point into other packages.
var shared = []string{"./deep/top", "./wrapuse", "./counteruse", "./scatteredcalls/...", "./bottleneck/..."}

// TestSharedModel asks one model everything from several goroutines at once. It is for the race detector.
func TestSharedModel(t *testing.T) {
	d := newDriver()
	for _, p := range loadAll(t, dir(t), shared[:3]...) {
		if err := d.run(p); err != nil {
			t.Fatal(err)
		}
		m := d.models[p.PkgPath]
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { askEverything(m) })
		}
		wg.Wait()
	}
}

func askEverything(m *actors.Model) {
	for s := range m.Sites() {
		m.PosOf(m.TokenPos(s.Pos))
		m.TokenPos(actors.Pos{File: s.Pos.File, Line: s.Pos.Line + 5000, Col: 1}) // makes a stand-in grow
		m.Func(s.Func)
		m.ServersOf(s.Target.Type)
		for range m.Callers(s.Func) {
		}
		for range m.SitesIn(s.Func, actors.Walk{Go: true, Values: true}) {
		}
		for range m.BlocksIn(s.Func, "") {
		}
	}
	for s := range m.Servers() {
		m.Clients(s.Type)
		m.MessagesOf(s.Type)
	}
	m.Entries()
	m.WithoutTests().Entries()
}

// TestSharedPass runs the rules on the same results at the same time, as vet's unitchecker and gopls do. It is for
// the race detector, too.
func TestSharedPass(t *testing.T) {
	rules := []*analysis.Analyzer{bottleneck.Analyzer, oversizedstate.Analyzer, scatteredcalls.Analyzer, unsupervised.Analyzer}
	graph, err := checker.Analyze(rules, loadAll(t, dir(t), shared...), nil)
	if err != nil {
		t.Fatal(err)
	}
	related := 0
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Error(act.Err)
		}
		for _, d := range act.Diagnostics {
			related += len(d.Related)
		}
	}
	if related == 0 {
		t.Error("no finding points anywhere else")
	}
}
