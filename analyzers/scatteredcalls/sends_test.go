package scatteredcalls

import (
	"strconv"
	"testing"

	"github.com/otplint/otplint/passes/actors"
)

// longFunction is n raw sends in one function, each with its message in it,
// and a message beside each that is not sent.
func longFunction(n int) (sites []actors.Site, sent []*actors.Site) {
	msg := actors.Operand{Type: "p.Get"}
	at := func(line, col int) actors.Pos { return actors.Pos{File: "f.go", Line: line, Col: col} }
	for line := 1; line <= n; line++ {
		sites = append(sites,
			actors.Site{Kind: actors.CallSite, Func: "p.f", Msg: msg, Pos: at(line, 2), End: at(line, 30)},
			actors.Site{Kind: actors.ConstructSite, Func: "p.f", Msg: msg, Pos: at(line, 20), End: at(line, 29)},
			actors.Site{Kind: actors.ConstructSite, Func: "p.f", Msg: msg, Pos: at(line, 40), End: at(line, 49)})
	}
	for i := range sites {
		if sites[i].Kind == actors.CallSite {
			sent = append(sent, &sites[i])
		}
	}
	return sites, sent
}

func TestSends(t *testing.T) {
	sites, sent := longFunction(100)
	all := sendsOf(sites, sent)
	for i := range sites {
		if s := &sites[i]; s.Kind == actors.ConstructSite && all.send(s) != (s.Pos.Col == 20) {
			t.Fatalf("line %d, column %d: %v", s.Pos.Line, s.Pos.Col, all.send(s))
		}
	}
}

// The cost of a send does not grow with the number of sends in its function.
func BenchmarkSends(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			sites, sent := longFunction(n)
			for b.Loop() {
				all := sendsOf(sites, sent)
				for i := range sites {
					if sites[i].Kind == actors.ConstructSite {
						all.send(&sites[i])
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/send")
		})
	}
}
