// Package scatteredcalls defines a check that finds places where a server's
// messages are built or sent outside the server's client API.
//
// The home of a client API is the package that declares the server, and for a
// server below an internal folder also the package that the folder belongs to. A
// package below the server's folder may hold the rest of the client API: exported
// functions for messages that nobody else sends.
// A message is part of a server's protocol if its embed names the server, or if
// the server handles it in HandleInfo.
//
// The check is silent
//
//   - at home, also when several servers share the package: what a server sends
//     itself or its neighbours is its own business;
//   - about an agent (package agent) whose state is of a type that other packages keep as
//     well, or that no package declares, such as a number;
//   - about messages that are not exported: nobody else can build them, so a team
//     that has none of the exported kind never sees this check. That includes
//     what an exported constructor returns as an interface;
//   - about open protocols: messages declared where the server is not (a package
//     of messages that several servers understand), and references to an
//     interface (genserver.View);
//   - where the target or the message is not known: genserver.Invoke, sends to a
//     PID or a name, a message that came as an interface. A message that is a
//     parameter counts where it is given;
//   - about what is no message of a client: answers, sends to oneself, to the
//     parent or to whoever sent a PID, exit signals, Stop, Inspect, monitors;
//   - about a literal that goes to the standard library or another package outside
//     (gob.Register, json.Marshal, reflect.TypeOf);
//   - in tests, in test helpers (functions that take a *testing.T or B), and in
//     generated files;
//   - when the server belongs to another module and has no client function for
//     the message: then the author of the call cannot do better.
package scatteredcalls

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports raw sites: calls, casts and sends to a server outside its
// client API, and messages that are built there.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "scatteredcalls",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m, apis: map[*actors.Server]*api{}, clients: map[*actors.Server]*client{}}
	c.send()
	c.build()
	c.agents()
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
	apis map[*actors.Server]*api
	// clients tell of servers whether the package is their client package.
	clients map[*actors.Server]*client
	sent    []*actors.Site // raw sends, reported or not
}

// send reports raw calls, casts and sends.
func (c *check) send() {
	seen := map[actors.Pos]bool{}
	for i := range c.m.Pkg.Sites {
		s := &c.m.Pkg.Sites[i]
		switch s.Kind {
		case actors.CallSite, actors.CastSite, actors.SendSite, actors.TimerSite:
		default:
			continue
		}
		server := c.foreign(s)
		if server == nil || c.atHome(s, server) || !c.protocol(s, server) {
			continue
		}
		c.sent = append(c.sent, s)
		if !seen[s.Pos] {
			seen[s.Pos] = true
			c.report(s, server)
		}
	}
}

// build reports messages that are built outside, unless the place that sends
// them is a finding already.
func (c *check) build() {
	sends := sendsOf(c.m.Pkg.Sites, c.sent)
	for i := range c.m.Pkg.Sites {
		s := &c.m.Pkg.Sites[i]
		if s.Kind != actors.ConstructSite || c.outside(s.To) {
			continue
		}
		server := c.foreign(s)
		if server != nil && c.protocol(s, server) && !sends.send(s) {
			c.report(s, server)
		}
	}
}

// foreign is the server that a site addresses from outside its home; nil if it
// is not known, or if nobody wants to hear about the site.
func (c *check) foreign(s *actors.Site) *actors.Server {
	if s.Function || !s.Target.Known() || !s.Msg.Known() || s.Instance.Kind == actors.SelfInstance || !s.Pos.IsValid() {
		return nil
	}
	server := c.m.Server(s.Target.Type)
	if server == nil || c.m.Quiet(s.Pos) || c.home(server) || c.testHelper(s.Func) || c.client(server).sends(s) {
		return nil
	}
	return server
}

// home says whether the package under analysis may hold the server's client API.
func (c *check) home(server *actors.Server) bool { return c.homePath(server.Type.Package()) }

// homePath says so of a server's package.
func (c *check) homePath(pkg string) bool {
	if c.pass.Pkg.Path() == pkg {
		return true
	}
	i := strings.LastIndex(pkg, "/internal/")
	return i >= 0 && c.pass.Pkg.Path() == pkg[:i] && c.pass.Pkg.Name() != "main"
}

// atHome says whether a function of the client API sends the message, one that
// takes messages as arguments.
func (c *check) atHome(s *actors.Site, server *actors.Server) bool {
	return slices.ContainsFunc(s.Via, func(h actors.Hop) bool {
		return h.Func.Package() == server.Type.Package()
	})
}

// protocol says whether the message is an exported part of the server's
// protocol, declared by the server's package.
func (c *check) protocol(s *actors.Site, server *actors.Server) bool {
	home := server.Type.Package()
	if msg := c.m.Message(s.Msg.Type); msg != nil {
		return msg.Exported && msg.Type.Package() == home
	}
	if pkg := s.Msg.Type.Package(); pkg != "" && (pkg != home || !token.IsExported(s.Msg.Type.Name())) {
		return false
	}
	for h := range server.Handled(roles.HandleInfo) {
		if h.Msg.Matches(s.Msg.Type) {
			return true
		}
	}
	return false
}

// outside says whether a message goes to a function that cannot send it.
func (c *check) outside(to actors.FuncID) bool {
	return to != "" && !c.m.InCone(to)
}

// testHelper says whether the function, or one that it stands in, takes a test's
// handle.
func (c *check) testHelper(id actors.FuncID) bool {
	for f := c.m.SSAFunc(id); f != nil; f = f.Parent() {
		for _, p := range f.Params {
			if isTestHandle(p.Type()) {
				return true
			}
		}
	}
	return false
}

// isTestHandle says whether t is *testing.T, B, F or testing.TB.
func isTestHandle(t types.Type) bool {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "testing"
}
