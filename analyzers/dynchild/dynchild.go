// Package dynchild defines a check that finds static supervisors which get a child for each request or message.
//
// A supervisor with a list of children keeps the specification of each that it is given: when the child has ended the
// id stays taken, and the list only grows. Each start looks through it, and a restart of siblings (one_for_all,
// rest_for_one) ends what other requests have started. A dynamic supervisor is made for that.
//
// The check asks for two proofs. The child is added on a request path: code that an HTTP handler, a server's handler of
// calls, casts or messages, or a loop that accepts connections or receives messages runs, also in goroutines. And its id
// is built from data: a message, a request, a counter, a random number, followed through parameters to the caller.
//
// It is silent
//
//   - about constant ids, and ids that are fixed for the process: the second start of such a child is refused;
//   - at boot: in main, initializers, Init and HandleContinue, and what only these run;
//   - about exported functions that nothing known calls: only importers know;
//   - about temporary children, whose specification goes with them, and children whose restart type is not known;
//   - where the package of the start, or the one that is judged, also deletes children: that is management;
//   - about dynamic supervisors, in tests, and in generated code.
//
// What did not work: to report every StartChild of a static supervisor outside main. Plug-in managers and feature
// switches do that rightly, with few and fixed ids.
package dynchild

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports children that are added to a static supervisor on request paths.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "dynchild",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	m = m.WithoutTests()
	if !starts(m) {
		return nil, nil
	}
	for _, f := range find(m) {
		pass.Report(analysis.Diagnostic{Pos: m.TokenPos(f.pos), Message: f.message(roles.RemediesFor(pass.Pkg)), Related: f.related(m)})
	}
	return nil, nil
}

// starts says whether there is anything to look for.
func starts(m *actors.Model) bool {
	for s := range m.Sites(actors.StartChildSite) {
		if growing(m, s) {
			return true
		}
	}
	return false
}

// growing says whether a site may add ever more children to a static supervisor.
func growing(m *actors.Model, s *actors.Site) bool {
	c := s.Starts
	return s.Effect == roles.Keeps && len(s.Via) == 0 && c != nil && c.ID == "" && (c.IDData || c.IDFrom != 0) &&
		(c.Restart == roles.Permanent || c.Restart == roles.Transient) && !deletes(m, s.Func.Package())
}

// deletes says whether a package, or the one under analysis, deletes children.
func deletes(m *actors.Model, pkg string) bool {
	for s := range m.Sites(actors.ManageSite) {
		if in := s.Func.Package(); s.Effect == roles.Deletes && (in == pkg || in == m.Pkg.Path) {
			return true
		}
	}
	return false
}

// found is a start with the request paths that lead to it.
type found struct {
	pos     actors.Pos // of the start, or of the call that leads to it from the package under analysis
	site    *actors.Site
	entries []entry
}

// entry is where a request path begins, and the way from there.
type entry struct {
	name, kind string
	pos        actors.Pos
	path       []actors.Step
}

// find lists the starts that stand in the package, or that it leads to, in source order.
func find(m *actors.Model) []*found {
	var all []*found
	add := func(e entry, path []actors.Step, s *actors.Site) {
		if s.Kind != actors.StartChildSite || !growing(m, s) || !fromData(m, path, s) {
			return
		}
		pos, ok := standing(m, path, s)
		if !ok || m.Quiet(pos) {
			return
		}
		i := slices.IndexFunc(all, func(f *found) bool { return f.pos == pos })
		if i < 0 {
			i = len(all)
			all = append(all, &found{pos: pos, site: s})
		}
		if !slices.ContainsFunc(all[i].entries, func(old entry) bool { return old.pos == e.pos }) {
			e.path = slices.Clone(path)
			all[i].entries = append(all[i].entries, e)
		}
	}
	for e := range requests(m) {
		if e.site != nil {
			add(e.entry, []actors.Step{{Func: m.Func(e.site.Func)}}, e.site)
			continue
		}
		for path, s := range m.SitesIn(e.from, actors.Walk{Go: true}) {
			add(e.entry, append(slices.Clone(e.before), path...), s)
		}
	}
	slices.SortFunc(all, func(a, b *found) int {
		return int(m.TokenPos(a.pos) - m.TokenPos(b.pos))
	})
	return all
}

// standing is where the package under analysis starts the child, or calls what does.
func standing(m *actors.Model, path []actors.Step, s *actors.Site) (actors.Pos, bool) {
	if s.Func.Package() == m.Pkg.Path {
		return s.Pos, true
	}
	for i := len(path) - 1; i >= 0; i-- {
		if path[i].Edge != nil && path[i].Func.ID.Package() == m.Pkg.Path {
			return path[i].Edge.Pos, true
		}
	}
	return actors.Pos{}, false
}

func (f *found) message(cures roles.Remedies) string {
	return fmt.Sprintf("a static supervisor gets a child for each request: its id is built from data and %s; what has ended keeps its id and its place in the list, which only grows: start such children under a dynamic supervisor%s",
		f.reached(), cures.Named(cures.PerKey))
}

const maxNames = 3

func (f *found) reached() string {
	var names []string
	for _, e := range f.entries {
		names = append(names, e.kind+" "+e.name)
	}
	if n := len(names) - maxNames; n > 0 {
		names = append(names[:maxNames], strconv.Itoa(n)+" more")
	}
	return "the start is reached from " + strings.Join(names, ", ")
}

func (f *found) related(m *actors.Model) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	say := func(p actors.Pos, format string, args ...any) {
		if pos := m.TokenPos(p); pos.IsValid() {
			all = append(all, analysis.RelatedInformation{Pos: pos, Message: fmt.Sprintf(format, args...)})
		}
	}
	for _, e := range f.entries[:min(len(f.entries), maxNames)] {
		say(e.pos, "%s %s", e.kind, e.name)
		for i, step := range e.path[:len(e.path)-1] {
			if id := e.path[i+1].Func.ID; id.Parent() == "" {
				say(step.Edge.Pos, "calls %s.%s", path.Base(id.Package()), id.Name())
			}
		}
		say(f.site.Pos, "starts the child here")
	}
	say(f.site.Starts.Pos, "the child is made here")
	return all
}
