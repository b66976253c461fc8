package scatteredcalls

import (
	"testing"
	"time"

	"github.com/otplint/otplint/passes/actors"
)

// TestCost: a function with many raw sends costs no more than many functions with one.
func TestCost(t *testing.T) {
	const n = 20_000
	msg := actors.Operand{Type: "p.Get"}
	at := func(line, col int) actors.Pos { return actors.Pos{File: "f.go", Line: line, Col: col} }
	var sites []actors.Site
	for line := 1; line <= n; line++ {
		sites = append(sites,
			actors.Site{Kind: actors.CallSite, Func: "p.f", Msg: msg, Pos: at(line, 2), End: at(line, 30)},
			actors.Site{Kind: actors.ConstructSite, Func: "p.f", Msg: msg, Pos: at(line, 20), End: at(line, 29)},
			actors.Site{Kind: actors.ConstructSite, Func: "p.f", Msg: msg, Pos: at(line, 40), End: at(line, 49)})
	}
	var sent []*actors.Site
	for i := range sites {
		if sites[i].Kind == actors.CallSite {
			sent = append(sent, &sites[i])
		}
	}
	began := time.Now()
	all := sendsOf(sites, sent)
	for i := range sites {
		if s := &sites[i]; s.Kind == actors.ConstructSite && all.send(s) != (s.Pos.Col == 20) {
			t.Fatalf("line %d, column %d: %v", s.Pos.Line, s.Pos.Col, all.send(s))
		}
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("%v for %d sends", took, n)
	}
}
