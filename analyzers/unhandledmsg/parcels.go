package unhandledmsg

import (
	"cmp"
	"go/token"
	"slices"
	"strings"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// parcel is what is sent of one message to one server.
type parcel struct {
	server           *actors.Server
	kind             roles.CallbackKind
	msg              actors.TypeID // without pointer
	values, pointers []*actors.Site
}

// collection gathers parcels.
type collection struct {
	c   *check
	all map[address]*parcel
}

type address struct {
	server *actors.Server
	kind   roles.CallbackKind
	msg    actors.TypeID
}

// parcels are the messages whose server is known, sorted.
func (c *check) parcels() []*parcel {
	to := collection{c, map[address]*parcel{}}
	for s := range c.m.Sites(actors.CallSite, actors.CastSite, actors.SendSite, actors.TimerSite) {
		if s.Function || !s.Target.Known() {
			continue
		}
		kind := roles.HandleInfo
		switch s.Kind {
		case actors.CallSite:
			kind = roles.HandleCall
		case actors.CastSite:
			kind = roles.HandleCast
		}
		for _, server := range c.servers(s.Target.Type) {
			to.add(server, kind, s.Msg.Type, s)
		}
	}
	c.toSelf(to)
	list := make([]*parcel, 0, len(to.all))
	for _, p := range to.all {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *parcel) int {
		return cmp.Or(cmp.Compare(a.server.Type, b.server.Type), int(a.kind)-int(b.kind), cmp.Compare(a.msg, b.msg))
	})
	return list
}

// add adds a send, unless a mistake in it would be nobody's here, or nothing runs it.
func (to collection) add(server *actors.Server, kind roles.CallbackKind, msg actors.TypeID, s *actors.Site) {
	pointer := strings.HasPrefix(string(msg), "*")
	elem := msg.Elem()
	if msg == "" || elem.Package() == "" || pointer && "*"+elem != msg || server.Agent || !s.Pos.IsValid() {
		return
	}
	if !to.c.own(server.Pos) && !to.c.own(s.Pos) || to.c.m.Quiet(s.Pos) || !to.c.live(s.Func) {
		return
	}
	at := address{server, kind, elem}
	p := to.all[at]
	if p == nil {
		p = &parcel{server: server, kind: kind, msg: elem}
		to.all[at] = p
	}
	list := &p.values
	if pointer {
		list = &p.pointers
	}
	if !slices.ContainsFunc(*list, func(o *actors.Site) bool { return o.Pos == s.Pos }) {
		*list = append(*list, s)
	}
}

// servers are those which a message for t reaches: t itself, or the package's own servers that are viewed by the
// interface t.
func (c *check) servers(t actors.TypeID) (all []*actors.Server) {
	if s := c.m.Server(t); s != nil {
		return []*actors.Server{s}
	}
	for p := range c.m.Packages() {
		for i := range p.Bindings {
			b := &p.Bindings[i]
			if !b.View || b.Iface != t || c.m.Quiet(b.Pos) {
				continue
			}
			if s := c.m.Server(b.Type); s != nil && c.own(s.Pos) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// toSelf adds what the package's servers send themselves, at once or by a timer, and the topics that they subscribe
// to: what their callbacks run in their own process. Of a helper that several servers share nobody knows which of
// its sends are for whom.
func (c *check) toSelf(to collection) {
	type sent struct {
		server *actors.Server
		msg    actors.TypeID
		shared bool
	}
	found := map[*actors.Site]*sent{}
	var order []*actors.Site
	for server := range c.m.Servers() {
		if !c.own(server.Pos) {
			continue
		}
		for i := range server.Callbacks {
			if server.Callbacks[i].Kind == roles.Terminate {
				continue // nothing is handled after it
			}
			for _, s := range c.m.SitesIn(server.Callbacks[i].Func, actors.Walk{}) {
				msg := selfSent(s)
				if msg == "" {
					continue
				}
				if f := found[s]; f == nil {
					found[s] = &sent{server: server, msg: msg}
					order = append(order, s)
				} else if f.server != server {
					f.shared = true
				}
			}
		}
	}
	for _, s := range order {
		if f := found[s]; !f.shared {
			to.add(f.server, roles.HandleInfo, f.msg, s)
		}
	}
}

// selfSent is the message that the process which runs the site will get, or "".
func selfSent(s *actors.Site) actors.TypeID {
	switch {
	case s.Go || s.GoStmt:
	case (s.Kind == actors.SendSite || s.Kind == actors.TimerSite) && s.Instance.Kind == actors.SelfInstance && !s.Target.Known():
		return s.Msg.Type
	case s.Kind == actors.AskSite && roles.FrameworkOf(s.Brings.Package()) == nil:
		return s.Brings
	}
	return ""
}

// live says whether something may run the function: it, or the one that it stands in, is exported, a callback, called
// or taken as a value.
func (c *check) live(id actors.FuncID) bool {
	for id.Parent() != "" {
		id = id.Parent()
	}
	name := id.Name()
	name = name[strings.LastIndexByte(name, '.')+1:]
	if token.IsExported(name) || name == "main" || strings.HasPrefix(name, "init") || c.m.CallbackOf(id) != nil {
		return true
	}
	for f := range c.m.Callers(id) {
		if f.ID != id {
			return true
		}
	}
	return false
}
