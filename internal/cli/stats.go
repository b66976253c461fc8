package cli

import (
	"fmt"
	"io"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/analyzers/bottleneck"
	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/passes/actors"
)

// stats counts the sites that the actor model resolved, and those about which
// otplint is silent because it did not.
type stats struct {
	packages int
	sites    actors.Stats
	several  map[actors.TypeID]bool // servers that bottleneck does not judge
}

func (s *stats) analyzer() *analysis.Analyzer { return actors.Analyzer }

func (s *stats) add(_ *load.Package, result any) {
	model := result.(*actors.Model)
	if model == nil || model.Pkg == nil {
		return
	}
	s.packages++
	for _, server := range bottleneck.Several(model) {
		s.several[server] = true
	}
	for kind := range s.sites.Resolved {
		s.sites.Resolved[kind] += model.Pkg.Stats.Resolved[kind]
		s.sites.Unresolved[kind] += model.Pkg.Stats.Unresolved[kind]
	}
}

func (s *stats) print(w io.Writer) {
	fmt.Fprintf(w, "%-12s %8s %10s   in %d packages\n", "sites", "resolved", "unresolved", s.packages)
	var resolved, unresolved int
	for kind := range s.sites.Resolved {
		r, u := s.sites.Resolved[kind], s.sites.Unresolved[kind]
		resolved, unresolved = resolved+r, unresolved+u
		if r+u > 0 {
			fmt.Fprintf(w, "%-12v %8d %10d\n", actors.SiteKind(kind), r, u)
		}
	}
	fmt.Fprintf(w, "%-12s %8d %10d\n", "all", resolved, unresolved)
	if n := len(s.several); n > 0 {
		fmt.Fprintf(w, "bottleneck: %s with more than one instance not judged\n", count(n, "server"))
	}
}
