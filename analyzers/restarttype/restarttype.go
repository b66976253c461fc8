// Package restarttype defines a check that finds children whose restart type contradicts how they end.
//
// Permanent, also by default, for a child that ends normally by design: its supervisor starts it again each time, for
// ever or until it has restarted too often and gives up, with all siblings. By design means
//
//   - a function, or a service, all of whose code is known, that neither loops but over what is finite nor waits for
//     its context, a channel or a connection, and can return nil;
//   - a server that stops normally when it has been idle, or when its own timer says so;
//   - a server of which there are many (under a dynamic supervisor, made by a template) that stops normally on a
//     message which something here sends.
//
// Temporary for a child of a static tree whose reference a sibling keeps that is restarted itself: after one crash
// nobody is behind the reference any more.
//
// A child is judged where a tree lists it or a supervisor is told to start it, not where a function returns it: its
// caller may still change the type. Silent are Transient children, restart types that are computed, functions with code
// that nobody here knows, servers that stop with another reason than normal or in tests only, significant children,
// Temporary ones that end normally themselves, and tests and generated files.
package restarttype

import (
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports children whose restart type contradicts how they end.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "restarttype",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m.WithoutTests(), seen: map[actors.Pos]bool{}}
	for i := range c.m.Pkg.Trees {
		t := &c.m.Pkg.Trees[i]
		for j := range t.Children {
			c.permanent(&t.Children[j], false)
			c.temporary(t, j)
		}
	}
	for i := range c.m.Pkg.Sites {
		s := &c.m.Pkg.Sites[i]
		if s.Starts == nil || s.ChildOf == roles.PoolChild && s.Kind == actors.ChildSite {
			continue
		}
		c.permanent(s.Starts, s.Kind == actors.ChildSite || s.Loop)
	}
	return nil, nil
}

// check is the check of one package; a child is reported once.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
	seen map[actors.Pos]bool
}

// permanent reports a child that is Permanent and ends normally by design.
func (c *check) permanent(child *actors.Child, many bool) {
	if child.Restart != roles.Permanent || c.seen[child.Pos] || c.m.File(child.Pos) == nil || c.m.Quiet(child.Pos) {
		return
	}
	end := c.end(child, many)
	if end == nil {
		return
	}
	c.seen[child.Pos] = true
	how := "Permanent by default"
	if child.RestartAt.IsValid() {
		how = "Permanent"
	}
	c.pass.Report(analysis.Diagnostic{
		Pos: c.m.TokenPos(child.Pos),
		Message: fmt.Sprintf("child%s is %s, but %s (%s): its supervisor starts it again each time, and gives up when that is too often: make it Transient, or Temporary",
			named(child), how, end.how, at(end.pos)),
		Related:        []analysis.RelatedInformation{{Pos: c.m.TokenPos(end.pos), Message: "ends normally here"}},
		SuggestedFixes: c.fix(child, "Transient"),
	})
}

// ending is how a child ends normally by design.
type ending struct {
	how string
	pos actors.Pos
}

func (c *check) end(child *actors.Child, many bool) *ending {
	switch child.Kind {
	case roles.FuncChild:
		return c.oneShot(c.m.SSAFunc(child.Factory), "it does its work once and returns nil")
	case roles.ServeChild:
		return c.oneShot(c.serve(child.Factory), "its Serve does its work once and returns nil")
	case roles.ServerChild:
		if server := c.m.Server(child.Server); child.Server != "" && server != nil {
			return c.stops(server, many)
		}
	}
	return nil
}

// stops is how a server stops normally by design.
func (c *check) stops(s *actors.Server, many bool) *ending {
	for _, kind := range []roles.CallbackKind{roles.HandleInfo, roles.HandleCast, roles.HandleCall} {
		cb := s.Callback(kind)
		if cb == nil {
			continue
		}
		for path := range c.m.Reach(cb.Func, actors.Walk{}) {
			for _, e := range path[len(path)-1].Func.Ends {
				if !e.Normal {
					continue
				}
				for _, msg := range during(path, &e) {
					switch {
					case roles.KindOf(msg.Package(), msg.Name()) == roles.TimeoutType:
						return &ending{fmt.Sprintf("%s stops normally when it has been idle", s.Name()), e.Pos}
					case c.sent(msg, actors.TimerSite) && !c.sent(msg, actors.CallSite, actors.CastSite, actors.SendSite):
						return &ending{fmt.Sprintf("%s stops normally on its timer's %s", s.Name(), msg.Name()), e.Pos}
					case many && c.sent(msg, actors.CallSite, actors.CastSite, actors.SendSite):
						return &ending{fmt.Sprintf("%s, of which there are many, stops normally on %s", s.Name(), msg.Name()), e.Pos}
					}
				}
			}
		}
	}
	return nil
}

// during are the messages during which an end of the path's last function is reached; nil: nobody knows.
func during(path []actors.Step, e *actors.End) []actors.TypeID {
	if e.Case != nil {
		return e.Case
	}
	for _, s := range slices.Backward(path) {
		if s.Edge != nil && s.Edge.Case != nil {
			return s.Edge.Case
		}
	}
	return nil
}

// sent says whether a site of one of the kinds sends the message.
func (c *check) sent(msg actors.TypeID, kinds ...actors.SiteKind) bool {
	for s := range c.m.Sites(kinds...) {
		if s.Msg.Known() && s.Msg.Type.Matches(msg) {
			return true
		}
	}
	return false
}

// ends says whether a server stops normally at all.
func (c *check) ends(s *actors.Server) bool {
	for i := range s.Callbacks {
		for path := range c.m.Reach(s.Callbacks[i].Func, actors.Walk{Values: true}) {
			if slices.ContainsFunc(path[len(path)-1].Func.Ends, func(e actors.End) bool { return e.Normal }) {
				return true
			}
		}
	}
	return false
}

// temporary reports the tree's child if it is Temporary, and a sibling that is restarted keeps its reference.
func (c *check) temporary(t *actors.Tree, i int) {
	child := &t.Children[i]
	if child.Kind != roles.ServerChild || child.Restart != roles.Temporary || !child.RestartAt.IsValid() || child.Significant ||
		child.Loop || t.Loop || c.seen[child.Pos] || c.m.File(child.Pos) == nil || c.m.Quiet(child.Pos) {
		return
	}
	if server := c.m.Server(child.Server); child.Server == "" || server == nil || c.ends(server) {
		return
	}
	users := users(t.Children, child.Pos)
	if len(users) == 0 {
		return
	}
	c.seen[child.Pos] = true
	var related []analysis.RelatedInformation
	for _, u := range users {
		related = append(related, analysis.RelatedInformation{Pos: c.m.TokenPos(u.Pos), Message: "keeps a reference to it"})
	}
	c.pass.Report(analysis.Diagnostic{
		Pos: c.m.TokenPos(child.Pos),
		Message: fmt.Sprintf("child%s is Temporary, but %s, which %s restarted, %s a reference to it: after one crash nobody answers there any more: make it Permanent",
			named(child), count(len(users), "a sibling", "siblings"), verb(len(users), "is", "are"), verb(len(users), "keeps", "keep")),
		Related:        related,
		SuggestedFixes: c.fix(child, "Permanent"),
	})
}

// users are the children that are restarted, in the list or below it, and keep the reference of the one made at pos.
func users(list []actors.Child, pos actors.Pos) []*actors.Child {
	var all []*actors.Child
	for i := range list {
		c := &list[i]
		if c.Restart != roles.Temporary && c.Restart != 0 && slices.ContainsFunc(c.Uses, func(u actors.Use) bool { return u.Child == pos }) {
			all = append(all, c)
		}
		if c.Tree != nil {
			all = append(all, users(c.Tree.Children, pos)...)
		}
	}
	return all
}

// named is the child's id as messages print it, if it is known.
func named(c *actors.Child) string {
	if c.ID == "" {
		return ""
	}
	return fmt.Sprintf(" %q", c.ID)
}

func at(p actors.Pos) string { return fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line) }

func count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
