package scatteredcalls

import (
	"strings"

	"github.com/otplint/otplint/passes/actors"
)

// client says whether the package under analysis is a client package of a server: one below the server's, with
// exported functions that send its messages, kept apart so that users need not link the server's dependencies.
type client struct {
	is        bool
	elsewhere map[actors.TypeID]bool // messages that other packages send, the server's among them
}

// sends says whether it is for the client package to send the site's message: nobody else does.
func (k *client) sends(s *actors.Site) bool { return k.is && !k.elsewhere[key(s)] }

// client looks at the package and its dependencies; who imports it decides nothing.
func (c *check) client(server *actors.Server) *client {
	if k := c.clients[server]; k != nil {
		return k
	}
	k := &client{elsewhere: map[actors.TypeID]bool{}}
	c.clients[server] = k
	path := c.pass.Pkg.Path()
	if !strings.HasPrefix(path, server.Type.Package()+"/") || c.pass.Pkg.Name() == "main" {
		return k
	}
	m := c.m.WithoutTests()
	for s := range m.SitesTo(server.Type, actors.CallSite, actors.CastSite, actors.SendSite, actors.TimerSite) {
		switch {
		case s.Instance.Kind == actors.SelfInstance:
		case s.Func.Package() != path:
			k.elsewhere[key(s)] = true
		default:
			f := m.Func(s.Func)
			k.is = k.is || f != nil && f.Exported
		}
	}
	return k
}
