package scatteredcalls

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
)

// api is a server's client API as far as messages tell of it.
type api struct {
	functions map[actors.TypeID]*actors.Func // the exported client function of each message
	messages  int                            // exported ones
	covered   int                            // of those, the ones with a function
}

// apiOf finds the exported functions of the server's package that send each
// message.
func (c *check) apiOf(server *actors.Server) *api {
	if a := c.apis[server]; a != nil {
		return a
	}
	a := &api{functions: map[actors.TypeID]*actors.Func{}}
	c.apis[server] = a
	clients := c.m.Clients(server.Type)
	slices.SortStableFunc(clients, func(x, y actors.Client) int {
		return cmp.Or(cmp.Compare(x.Site.Pos.File, y.Site.Pos.File), cmp.Compare(x.Site.Pos.Line, y.Site.Pos.Line))
	})
	for _, client := range clients {
		f := c.m.Func(client.Func)
		if f == nil || !f.Exported || f.Test || client.Site.Go || client.Msg == "" || f.Recv == server.Type.Elem().Origin() {
			continue
		}
		if msg := client.Msg.Elem().Origin(); a.functions[msg] == nil {
			a.functions[msg] = f
		}
	}
	c.senders(server, a)
	for _, msg := range c.m.MessagesOf(server.Type) {
		if !msg.Exported {
			continue
		}
		a.messages++
		if a.functions[msg.Type.Elem().Origin()] != nil {
			a.covered++
		}
	}
	return a
}

// senders adds the exported functions of the server's package that send one of
// its plain messages to a reference that they are given.
func (c *check) senders(server *actors.Server, a *api) {
	home := server.Type.Package()
	for s := range c.m.SitesTo(server.Type, actors.SendSite) {
		f, msg := c.m.Func(s.Func), key(s)
		if f == nil || !f.Exported || f.Test || s.Func.Package() != home || s.Instance.Kind != actors.ParamInstance {
			continue
		}
		if msg.Package() == home && a.functions[msg] == nil {
			a.functions[msg] = f
		}
	}
}

// report says what is raw and what to use instead.
func (c *check) report(s *actors.Site, server *actors.Server) {
	a := c.apiOf(server)
	client := a.functions[key(s)]
	if client == nil && !c.ours(server) {
		return
	}
	d := analysis.Diagnostic{
		Pos: c.m.TokenPos(s.Pos), End: c.m.TokenPos(s.End),
		Message: c.message(s, server, a, client),
	}
	relate := func(at actors.Pos, format string, args ...any) {
		if at.IsValid() {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: c.m.TokenPos(at), Message: fmt.Sprintf(format, args...)})
		}
	}
	for _, hop := range s.Via {
		if f := c.m.Func(hop.Func); f != nil {
			relate(f.Pos, "sent through %s", c.name(hop.Func))
		}
	}
	if msg := c.m.Message(s.Msg.Type); msg != nil {
		relate(msg.Pos, "message %s is declared here", msg.Type.Name())
	}
	if client != nil {
		relate(client.Pos, "%s is declared here", c.name(client.ID))
	} else {
		relate(server.Pos, "server %s is declared here", server.Name())
	}
	c.pass.Report(d)
}

func (c *check) message(s *actors.Site, server *actors.Server, a *api, client *actors.Func) string {
	home := server.Type.Package()
	msg, exported := c.qualified(s.Msg.Type), c.m.Message(s.Msg.Type) != nil
	if s.Kind == actors.ConstructSite {
		built := fmt.Sprintf("%s is built outside package %s", msg, c.packageName(home))
		switch {
		case s.To.Package() == home:
			return fmt.Sprintf("%s and handed to %s, which asks for messages instead of data: let it build the message, and unexport %s",
				built, c.name(s.To), s.Msg.Type.Name())
		case client != nil:
			return fmt.Sprintf("%s: use its client function %s", built, c.name(client.ID))
		}
		return fmt.Sprintf("%s, whose client API has no function for it (%s): add one, and unexport %s", built, a.coverage(), s.Msg.Type.Name())
	}
	raw := fmt.Sprintf("raw %s of %s outside package %s", s.Role, msg, c.packageName(home))
	switch {
	case client != nil:
		return fmt.Sprintf("%s: use its client function %s", raw, c.name(client.ID))
	case !exported:
		return fmt.Sprintf("%s, whose client API has no function for it: add one, so that only %s knows what %s is sent",
			raw, c.packageName(home), server.Name())
	}
	return fmt.Sprintf("%s, whose client API has no function for it (%s): add one, and unexport %s", raw, a.coverage(), s.Msg.Type.Name())
}

func (a *api) coverage() string {
	return fmt.Sprintf("it has one for %d of %d exported messages", a.covered, a.messages)
}

// ours says whether the server belongs to the module under analysis, or to one
// that nobody tells apart.
func (c *check) ours(server *actors.Server) bool { return c.oursPath(server.Type.Package()) }

// oursPath says so of a server's package.
func (c *check) oursPath(pkg string) bool {
	module := c.pass.Module
	return module == nil || module.Path == "" || pkg == module.Path || strings.HasPrefix(pkg, module.Path+"/")
}

// name of a function as its users write it: "stock.Level", "stock.Client.Level".
func (c *check) name(f actors.FuncID) string {
	return c.packageName(f.Package()) + "." + f.Name()
}

// qualified is a message's type as its users write it.
func (c *check) qualified(t actors.TypeID) string {
	if t.Package() == "" {
		return t.Name()
	}
	return c.packageName(t.Package()) + "." + t.Name()
}

// packageName is the name of a package, by its declaration if it is imported.
func (c *check) packageName(pkg string) string {
	for _, imp := range c.pass.Pkg.Imports() {
		if imp.Path() == pkg {
			return imp.Name()
		}
	}
	return path.Base(pkg)
}
