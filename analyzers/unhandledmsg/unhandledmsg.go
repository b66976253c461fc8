// Package unhandledmsg defines a check that finds messages which no case takes: a call or cast that is sent to a server
// without a case for it, in the callback of its kind; a pointer where the case has the value, and the reverse, which
// compiles because a pointer to a message is a message too; and plain messages, of a timer, a send to a server that is
// known, or a topic that it subscribes to, without a case in HandleInfo. A call or cast that no case takes crashes the
// server, any other message is logged and lost.
//
// It proves two things. The message arrives: its send, in code that something runs, names the server's type. And no
// case takes it: on every way on which all cases fail, the callback returns c.Unhandled(msg), itself or through a
// helper of its package, or panics (actors.Callback.Refuses). For pointer and value a case for the other one proves as
// much, if the message goes nowhere else.
//
// One mistake is one finding. It stands where it can be mended: a missing case at the callback, or at the server's type
// if it has none; a pointer at the place that sends it, since handlers switch on values; a case for a pointer that only
// values are sent to at the case. If the server is another package's, it stands at the send.
//
// The check is silent
//
//   - if what is left over is taken: a default that returns anything but c.Unhandled, a clause for an interface, a handler
//     of another package, a map of functions, reflection. So also if it is dropped (c.NoReply): then somebody meant it;
//   - about messages that are declared and never sent, since they may be the embed of others, and sends in functions
//     that nothing calls;
//   - about protocols of an interface (genserver.View), where it does not see both the handler and the send. A server
//     answers for such a protocol if its own package, or one that it imports, views it by the interface;
//   - about cases for another instance of a generic message, about targets and messages that are not known (a PID, a
//     name, genserver.Invoke, an interface's value), and about what the runtime sends (see nodefault);
//   - in tests and generated files. What tests send does not count.
//
// What did not work: judging by the cases alone, without what becomes of the rest. A server that takes any message, as
// a relay or a HandleInfo for one timer does, has few cases or none.
package unhandledmsg

import (
	"cmp"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports messages that no case takes.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "unhandledmsg",
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
	for _, p := range c.parcels() {
		c.judge(p)
	}
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
}

// own says whether a position stands in the package under analysis.
func (c *check) own(p actors.Pos) bool { return c.m.File(p) != nil }

// judge says of the sends of one message to one server what no case takes.
func (c *check) judge(p *parcel) {
	callback := p.server.Callback(p.kind)
	fit := p.cases()
	switch {
	case fit.other: // another instance of a generic message
	case fit.value != nil && fit.pointer != nil:
	case fit.value != nil:
		c.mismatch(p, callback, fit.value, p.pointers, false)
	case fit.pointer != nil:
		c.mismatch(p, callback, fit.pointer, p.values, len(p.pointers) == 0)
	case callback == nil || callback.Refuses:
		c.missing(p, callback)
	}
}

// mismatch reports sends of a pointer to a case for the value, or the reverse. The case is to blame if it is for a
// pointer and nobody sends one, or if the sends are not in this package.
func (c *check) mismatch(p *parcel, callback *actors.Callback, h *actors.Handled, wrong []*actors.Site, blameCase bool) {
	if len(wrong) == 0 || callback.Open && !callback.Refuses {
		return
	}
	var here []*actors.Site
	for _, s := range wrong {
		if c.own(s.Pos) {
			here = append(here, s)
		}
	}
	if c.own(h.Pos) && (blameCase || len(here) == 0) {
		c.reportCase(p, callback, h, wrong)
		return
	}
	for _, s := range here {
		c.reportSend(p, callback, h, s)
	}
}

// missing reports that no case takes the message in either form.
func (c *check) missing(p *parcel, callback *actors.Callback) {
	all := slices.Concat(p.values, p.pointers)
	slices.SortStableFunc(all, func(a, b *actors.Site) int { return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), a.Pos.Line-b.Pos.Line) })
	at := p.server.Pos
	if callback != nil {
		at = callback.Pos
	}
	if c.own(at) {
		c.reportMissing(p, at, all)
		return
	}
	for _, s := range all {
		if c.own(s.Pos) {
			c.reportMissing(p, s.Pos, []*actors.Site{s})
		}
	}
}

// fit is what cases a callback has for a message.
type fit struct {
	value, pointer *actors.Handled
	other          bool // for an instance of the same generic type that is not the message's
}

func (p *parcel) cases() (f fit) {
	for h := range p.server.Handled(p.kind) {
		switch {
		case h.Msg.Matches(p.msg):
			f.value = h
		case h.Msg.Matches("*" + p.msg):
			f.pointer = h
		case h.Msg.Elem().Origin() == p.msg.Origin():
			f.other = true
		}
	}
	return f
}

// elsewhere is a case for the message in a callback that does not get it, or nil.
func (p *parcel) elsewhere() *actors.Handled {
	for h := range p.server.Handled(0) {
		if h.Kind != p.kind && (h.Kind == roles.HandleCall || h.Kind == roles.HandleCast || h.Kind == roles.HandleInfo) && h.Msg.Elem().Matches(p.msg) {
			return h
		}
	}
	return nil
}
