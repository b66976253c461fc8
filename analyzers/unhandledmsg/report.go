package unhandledmsg

import (
	"fmt"
	"go/token"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// maxRelated bounds the sends that are listed.
const maxRelated = 5

// reportMissing says that no case takes the message that the sites send.
func (c *check) reportMissing(p *parcel, at actors.Pos, sites []*actors.Site) {
	lacks := fmt.Sprintf("%s.%v has no case for %s", p.serverName(), p.kind, p.msg.Name())
	if p.server.Callback(p.kind) == nil {
		lacks = fmt.Sprintf("%s has no %v for %s", p.serverName(), p.kind, p.msg.Name())
	}
	related := c.sends(p, sites)
	where, cure := "", "add the case"
	if h := p.elsewhere(); h != nil {
		where = fmt.Sprintf("; its case is in %v, which does not get it", h.Kind)
		cure = "move the case"
		related = append(related, c.related(h.Pos, fmt.Sprintf("the case for %s", p.msg.Name()))...)
	}
	c.report(at, actors.Pos{}, fmt.Sprintf("%s, which is %s%s: %s: %s", lacks, p.sent(sites), where, p.cost(true), cure), related, nil)
}

// reportSend says that a send's form has no case, but the other one has.
func (c *check) reportSend(p *parcel, callback *actors.Callback, h *actors.Handled, s *actors.Site) {
	form, other, cure := p.forms(h)
	c.report(s.Pos, s.End, fmt.Sprintf("%s is sent as a %s, but %s.%v has a case for the %s only: it does not match, and %s: %s",
		p.msg.Name(), other, p.serverName(), p.kind, form, p.cost(callback.Refuses), cure),
		c.related(h.Pos, fmt.Sprintf("the case for the %s", form)), c.fixSend(p, s))
}

// reportCase says that a case is for a form that nobody sends.
func (c *check) reportCase(p *parcel, callback *actors.Callback, h *actors.Handled, sites []*actors.Site) {
	form, other, _ := p.forms(h)
	c.report(h.Pos, actors.Pos{}, fmt.Sprintf("%s.%v has a case for %s by %s only, but it is %s, as a %s: the case never matches, and %s: take the %s",
		p.serverName(), p.kind, p.msg.Name(), form, p.sent(sites), other, p.cost(callback.Refuses), other),
		c.sends(p, sites), c.fixCase(p, h))
}

// forms are the form that the case has, the other one, and what to do at the send.
func (p *parcel) forms(h *actors.Handled) (form, other, cure string) {
	if strings.HasPrefix(string(h.Msg), "*") {
		return "pointer", "value", "send the pointer, or let the case take the value"
	}
	return "value", "pointer", "send the value"
}

// sent says how often the message is sent, and by whom: "called at 3 places (Reset, Clear)".
func (p *parcel) sent(sites []*actors.Site) string {
	verb := map[roles.CallbackKind]string{roles.HandleCall: "called", roles.HandleCast: "cast", roles.HandleInfo: "sent"}[p.kind]
	var names []string
	for _, s := range sites {
		if name := s.Func.Name(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	more := ""
	if len(names) > 3 {
		more = fmt.Sprintf(" and %d more", len(names)-3)
		names = names[:3]
	}
	places := "1 place"
	if len(sites) != 1 {
		places = fmt.Sprintf("%d places", len(sites))
	}
	return fmt.Sprintf("%s at %s (%s%s)", verb, places, strings.Join(names, ", "), more)
}

// cost is what happens to a message that no case takes.
func (p *parcel) cost(refused bool) string {
	switch {
	case !refused:
		return "it is handled as if it were unknown"
	case p.kind == roles.HandleCall:
		return "each call crashes the server and fails its caller"
	case p.kind == roles.HandleCast:
		return "each cast crashes the server"
	}
	return "each is logged and lost"
}

func (p *parcel) serverName() string {
	return path.Base(p.server.Type.Package()) + "." + p.server.Name()
}

// sends shows the sends.
func (c *check) sends(p *parcel, sites []*actors.Site) (all []analysis.RelatedInformation) {
	for _, s := range sites[:min(len(sites), maxRelated)] {
		what := "sends " + p.msg.Name()
		if s.Kind == actors.AskSite {
			what = "asks for " + p.msg.Name()
		}
		all = append(all, c.related(s.Pos, what)...)
	}
	return all
}

func (c *check) related(at actors.Pos, message string) []analysis.RelatedInformation {
	pos := c.m.TokenPos(at)
	if !pos.IsValid() {
		return nil
	}
	return []analysis.RelatedInformation{{Pos: pos, Message: message}}
}

func (c *check) report(from, to actors.Pos, message string, related []analysis.RelatedInformation, fixes []analysis.SuggestedFix) {
	pos := c.m.TokenPos(from)
	if !pos.IsValid() || c.m.Quiet(from) {
		return
	}
	end := token.NoPos
	if to.IsValid() {
		end = c.m.TokenPos(to)
	}
	c.pass.Report(analysis.Diagnostic{Pos: pos, End: end, Message: message, Related: related, SuggestedFixes: fixes})
}
