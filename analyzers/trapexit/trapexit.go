// Package trapexit defines a check that finds servers whose Terminate has work to do and will not run when their
// supervisor stops them: because they do not trap exits, or because the child is killed.
//
// Where the framework runs Terminate only in servers that trap exits, it needs three proofs.
//
// Terminate does work that is missed: it, or a function that it certainly runs, closes, flushes or commits something,
// closes a channel, removes a file, writes to a database or another machine, or tells another server. A Terminate that
// logs, counts, stops a timer or writes the server's own state is none.
//
// Nothing traps exits: no callback of the server, nor what it may run, in whatever package. Where Init hands its context
// to a function that is not known, or to an interface without known types, nobody knows.
//
// A supervisor or parent stops the server: the package, or one that it imports, makes a child of it or starts it linked.
// That a server stops itself as well changes nothing: at shutdown its supervisor stops it. Servers that nobody here
// starts, and those that genserver.Start starts, are not judged where they are declared, but in the package that makes
// the first child of them, if it belongs to the same module.
//
// A child with a shutdown time of zero is killed, trapping or not. Both are silent in tests and generated files.
package trapexit

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports servers whose Terminate will not run when they are stopped.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "trapexit",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m.WithoutTests()}
	killed := c.killed()
	for s := range c.m.Servers() {
		terminate := s.Callback(roles.Terminate)
		if terminate == nil {
			continue
		}
		work := c.work(s, terminate.Func)
		if len(work) == 0 {
			continue
		}
		for _, child := range killed {
			if c.is(child.Server, s) {
				c.reportKilled(s, child, work)
			}
		}
		if at := c.stopped(s, killed); at.IsValid() && c.needsTrap() && !c.traps(s) {
			c.report(s, terminate, at, work)
		}
	}
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
}

// deed is one piece of Terminate's work.
type deed struct {
	what string
	path []actors.Step
	pos  actors.Pos
}

// work is what Terminate does that others miss when it does not run.
func (c *check) work(s *actors.Server, terminate actors.FuncID) []deed {
	var all []deed
	for path := range c.m.Reach(terminate, actors.Walk{}) {
		if !certain(path) {
			continue
		}
		f := path[len(path)-1].Func
		add := func(what string, pos actors.Pos) {
			if !slices.ContainsFunc(all, func(d deed) bool { return d.pos == pos }) {
				all = append(all, deed{what, slices.Clone(path), pos})
			}
		}
		for _, r := range f.Releases {
			add(r.What, r.Pos)
		}
		for _, b := range f.Blocks {
			if b.Class == actors.BlockIO && !b.Go {
				add(b.What, b.Pos)
			}
		}
	}
	for path, site := range c.m.SitesIn(terminate, actors.Walk{}) {
		if (site.Kind == actors.CallSite || site.Kind == actors.CastSite) && certain(path) && site.Target.Known() &&
			site.Msg.Known() && site.Instance.Kind != actors.SelfInstance && !c.is(site.Target.Type, s) {
			all = append(all, deed{fmt.Sprintf("%s of %s", site.Kind, site.Target.Type.Name()), slices.Clone(path), site.Pos})
		}
	}
	return all
}

// certain says whether a path is one of calls.
func certain(path []actors.Step) bool {
	for _, s := range path[:len(path)-1] {
		if s.Edge.Kind == actors.LiteralEdge && !s.Edge.Now {
			return false
		}
	}
	return true
}

func (c *check) is(t actors.TypeID, s *actors.Server) bool { return t != "" && c.m.Server(t) == s }

// killed are the children here that are killed instead of asked to stop.
func (c *check) killed() []*actors.Child {
	var all []*actors.Child
	var visit func(list []actors.Child)
	add := func(child *actors.Child) {
		if child == nil || !child.HasShutdown || child.Shutdown != 0 || c.m.File(child.Pos) == nil || c.m.Quiet(child.Pos) ||
			slices.ContainsFunc(all, func(other *actors.Child) bool { return other.Pos == child.Pos }) {
			return
		}
		all = append(all, child)
	}
	visit = func(list []actors.Child) {
		for i := range list {
			add(&list[i])
		}
	}
	for i := range c.m.Pkg.Trees {
		visit(c.m.Pkg.Trees[i].Children)
	}
	for i := range c.m.Pkg.Funcs {
		visit(c.m.Pkg.Funcs[i].Returns)
	}
	for i := range c.m.Pkg.Sites {
		add(c.m.Pkg.Sites[i].Starts)
	}
	return all
}

// stopped is where the package makes the first child of the server, or starts it linked. A child in a package that it
// imports was reported there.
func (c *check) stopped(s *actors.Server, killed []*actors.Child) actors.Pos {
	if c.m.Package(s.Type.Package()) == nil || !c.sameModule(s.Type.Package()) {
		return actors.Pos{}
	}
	var first actors.Pos
	for site := range c.m.Sites(actors.ChildSite, actors.StartSite) {
		if site.Kind == actors.StartSite && !site.Linked || !c.is(site.Target.Type, s) {
			continue
		}
		if c.m.File(site.Pos) == nil {
			return actors.Pos{}
		}
		if c.m.Quiet(site.Pos) || slices.ContainsFunc(killed, func(child *actors.Child) bool { return child.Pos == site.Pos }) {
			continue
		}
		if !first.IsValid() {
			first = site.Pos
		}
	}
	return first
}

// sameModule says whether whoever changes the package under analysis may change the other as well.
func (c *check) sameModule(path string) bool {
	if path == c.m.Pkg.Path {
		return true
	}
	mod := c.pass.Module
	return mod != nil && (path == mod.Path || strings.HasPrefix(path, mod.Path+"/"))
}

// report says that nothing traps. It stands at Terminate, or in another package at the child.
func (c *check) report(s *actors.Server, terminate *actors.Callback, child actors.Pos, work []deed) {
	d := analysis.Diagnostic{
		Pos: c.m.TokenPos(child),
		Message: fmt.Sprintf("%s does not trap exits: when its supervisor stops it (child made at %s), Terminate does not run and misses %s: call c.TrapExit(true) in Init",
			s.Name(), at(child), list(work)),
		Related: c.related(work),
	}
	if c.m.File(terminate.Pos) != nil {
		if c.m.Quiet(terminate.Pos) {
			return
		}
		d.Pos = c.m.TokenPos(terminate.Pos)
		d.SuggestedFixes = c.fix(s)
	}
	c.pass.Report(d)
}

func (c *check) reportKilled(s *actors.Server, child *actors.Child, work []deed) {
	c.pass.Report(analysis.Diagnostic{
		Pos: c.m.TokenPos(child.Pos),
		Message: fmt.Sprintf("this child is killed instead of asked to stop (a shutdown time of 0): Terminate of %s does not run and misses %s: give it the time that it needs",
			s.Name(), list(work)),
		Related: c.related(work),
	})
}

// list names what is missed: "os.File.Close (log.go:30) and 2 more".
func list(work []deed) string {
	s := fmt.Sprintf("%s (%s)", work[0].what, at(work[0].pos))
	if n := len(work) - 1; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}

// related shows the work, with the way to it.
func (c *check) related(work []deed) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	say := func(p actors.Pos, message string) {
		if pos := c.m.TokenPos(p); pos.IsValid() {
			all = append(all, analysis.RelatedInformation{Pos: pos, Message: message})
		}
	}
	const most = 4
	for _, d := range work[:min(len(work), most)] {
		for i, s := range d.path[:len(d.path)-1] {
			if next := d.path[i+1].Func.ID; next.Parent() == "" {
				say(s.Edge.Pos, "Terminate calls "+next.Name())
			}
		}
		say(d.pos, "does not run: "+d.what)
	}
	return all
}

func at(p actors.Pos) string { return fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line) }
