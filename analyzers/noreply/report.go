package noreply

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// follow judges what becomes of a request in a function.
func (c *check) follow(s *subject) {
	from := fromOf(s.f)
	if from == nil || c.roots[s.f] {
		return
	}
	c.roots[s.f] = true
	r := c.request(from)
	if r == nil {
		return
	}
	w := &walker{r: r}
	if len(s.via) > 0 {
		w.given = decided(s.f, s.via[0].Parent())
	}
	w.ret = func(p *path, ret *ssa.Return) { c.judge(s, r, w, p, ret) }
	w.again = func(p *path, second *ssa.Call) {
		if p.certain(r.before[second] == answered) {
			c.double(s, p, second, "answers again: the caller got the answer of line %d, this one is lost; return the first, or answer once")
		}
	}
	w.retake = func(p *path, keep ssa.Instruction) {
		if p.certain(r.before[keep] == answered) {
			c.double(s, p, r.takes[keep], "keeps a Caller that got the answer of line %d: a later one is lost; return the first, or answer once")
		}
	}
	w.leave = func(p *path, call *ssa.Call) {
		g := c.helper(call.Common())
		if p.certain(r.before[call] == open) && c.opened(g) {
			c.follow(&subject{server: s.server, f: g, via: append(slices.Clone(s.via), call)})
		}
	}
	w.walk()
}

// opened says whether all calls of a helper pass an open request.
func (c *check) opened(g *ssa.Function) bool {
	for _, call := range c.uses.calls[g] {
		from := fromOf(call.Parent())
		if from == nil || c.request(from) == nil || c.request(from).before[call] != open {
			return false
		}
	}
	return true
}

// judge reports a return after which nobody will answer.
func (c *check) judge(s *subject, r *request, w *walker, p *path, ret *ssa.Return) {
	if len(ret.Results) != 1 || c.reported[ret.Pos()] || c.unreached(s, p) {
		return
	}
	v := c.verdictOf(ret.Results[0], w.phi)
	if v&goesOn != 0 && c.mayStop() {
		return
	}
	if v == unhandled && p.state == answered && p.certain(r.before[ret] == answered) {
		c.report(s, ret, c.what(s, ret)+" answers a request and then refuses it: the server crashes; return the answer", c.evidence(s, p, ret))
	}
	switch v.without() &^ goesOn {
	case refused:
		if p.certain(true) && p.state != kept {
			c.report(s, ret, c.refusal(s, ret), c.evidence(s, p, ret))
		}
	case waits:
		if p.state == open && p.certain(r.before[ret] == open) {
			c.report(s, ret, c.silence(s, r, p, ret), append(c.evidence(s, p, ret), c.lost(r, p)...))
		}
	}
}

// unreached says whether the path is for requests that no case takes, and there are none.
func (c *check) unreached(s *subject, p *path) bool {
	tested := len(s.via) > 0
	for _, call := range s.via {
		if len(c.m.Cases(call.Block())) > 0 {
			return false
		}
	}
	for _, cond := range p.conds {
		if !cond.request {
			continue
		}
		if cond.holds {
			return false
		}
		tested = true
	}
	if !tested {
		return false
	}
	for _, msg := range c.m.MessagesOf(s.server.Type) {
		if msg.Kind == roles.HandleCall && !handles(s.server, msg) {
			return false
		}
	}
	return true
}

// handles says whether the server has a case for the request.
func handles(s *actors.Server, msg *actors.Message) bool {
	for h := range s.Handled(roles.HandleCall) {
		if h.Msg.Elem().Origin() == msg.Type.Elem().Origin() {
			return true
		}
	}
	return false
}

func (c *check) silence(s *subject, r *request, p *path, ret *ssa.Return) string {
	why := "no Caller was taken"
	if len(p.lost) > 0 {
		why = "the Caller that was taken is kept nowhere"
		if field := r.buries[p.lost[0]]; field != nil {
			why = fmt.Sprintf("what was put into field %s is never read", field.Name())
		}
	}
	return fmt.Sprintf("%s returns NoReply and nobody will answer: %s, so %s; return the request's Reply or Fail here, or keep its Caller",
		c.what(s, ret), why, c.cost(s, ret))
}

func (c *check) refusal(s *subject, ret *ssa.Return) string {
	return fmt.Sprintf("%s returns a result that is not for calls: the server crashes and its caller fails; return the request's Reply or Fail, or NoReply once its Caller is kept",
		c.what(s, ret))
}

// double reports an answer, or the Caller for one, that comes after another one.
func (c *check) double(s *subject, p *path, second *ssa.Call, what string) {
	pos, end := c.extent(second)
	if c.reported[pos] {
		return
	}
	c.reported[pos] = true
	c.pass.Report(analysis.Diagnostic{
		Pos: pos, End: end,
		Message: c.what(s, second) + " " + fmt.Sprintf(what, c.pass.Fset.Position(p.first.Pos()).Line),
		Related: append(c.steps(s), c.at(p.first, "the first answer, which counts")),
	})
}

func (c *check) report(s *subject, ret *ssa.Return, message string, related []analysis.RelatedInformation) {
	c.reported[ret.Pos()] = true
	c.pass.Report(analysis.Diagnostic{Pos: ret.Pos(), Message: message, Related: append(c.steps(s), related...)})
}

// what is the code that an instruction stands in: "Cart.HandleCall(Checkout)".
func (c *check) what(s *subject, at ssa.Instruction) string {
	var names []string
	for _, msg := range c.requestsAt(s, at) {
		names = append(names, msg.Name())
	}
	what := s.server.Name() + "." + roles.HandleCall.String()
	if len(names) > 0 && len(names) <= 3 {
		what += "(" + strings.Join(names, ", ") + ")"
	}
	return what
}

// requestsAt are the requests for which an instruction runs, as far as they are told apart.
func (c *check) requestsAt(s *subject, at ssa.Instruction) []actors.TypeID {
	if cases := c.m.Cases(at.Block()); len(cases) > 0 {
		return cases
	}
	for i := len(s.via) - 1; i >= 0; i-- {
		if cases := c.m.Cases(s.via[i].Block()); len(cases) > 0 {
			return cases
		}
	}
	return nil
}

// cost is who waits how long.
func (c *check) cost(s *subject, at ssa.Instruction) string {
	n := 0
	cases := c.requestsAt(s, at)
	for site := range c.m.SitesTo(s.server.Type, actors.CallSite) {
		if f := c.m.Func(site.Func); f != nil && f.Test {
			continue
		}
		if cases == nil || slices.ContainsFunc(cases, site.Msg.Type.Matches) {
			n++
		}
	}
	callers := "each caller waits"
	switch {
	case n == 1:
		callers = "its caller (1 call here) waits"
	case n > 1:
		callers = fmt.Sprintf("its callers (%d calls here) wait", n)
	}
	if f := c.framework(); f != nil && f.CallTimeout > 0 {
		return fmt.Sprintf("%s until the deadline, %v by default", callers, f.CallTimeout)
	}
	return callers + " until the deadline"
}

// framework of the servers.
func (c *check) framework() *roles.Framework {
	for _, f := range c.callbacks {
		for _, p := range f.Params {
			if row, ok := roles.TypeOf(p.Type()); ok && row.Kind == roles.FromType {
				return row.Framework()
			}
		}
	}
	return nil
}

// steps lead from HandleCall to the function.
func (c *check) steps(s *subject) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	for _, call := range s.via {
		all = append(all, c.at(call, "leaves the request to "+c.m.ID(c.helper(call.Common())).Name()))
	}
	return all
}

// evidence is where the result is made, if not in the return, and what answered before.
func (c *check) evidence(s *subject, p *path, ret *ssa.Return) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	if p.first != nil {
		all = append(all, c.at(p.first, "answers here"))
	}
	if call, ok := ret.Results[0].(*ssa.Call); ok {
		if g := c.helper(call.Common()); g != nil {
			for _, b := range g.Blocks {
				if r, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && b != g.Recover {
					all = append(all, analysis.RelatedInformation{Pos: r.Pos(), Message: c.m.ID(g).Name() + " makes the result"})
					break
				}
			}
		}
	}
	return all
}

// lost is where the request's Caller went.
func (c *check) lost(r *request, p *path) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	for _, instr := range p.lost {
		if field := r.buries[instr]; field != nil {
			all = append(all, analysis.RelatedInformation{Pos: field.Pos(), Message: "nothing reads " + field.Name()})
		} else {
			all = append(all, c.at(instr.(*ssa.Call), "this Caller is dropped"))
		}
	}
	return all
}

func (c *check) at(call *ssa.Call, message string) analysis.RelatedInformation {
	pos, end := c.extent(call)
	return analysis.RelatedInformation{Pos: pos, End: end, Message: message}
}

// extent of a call, of which SSA knows the parenthesis.
func (c *check) extent(call *ssa.Call) (from, to token.Pos) {
	if c.calls == nil {
		c.calls = map[token.Pos]*ast.CallExpr{}
		for _, file := range c.pass.Files {
			ast.Inspect(file, func(n ast.Node) bool {
				if e, ok := n.(*ast.CallExpr); ok {
					c.calls[e.Lparen] = e
				}
				return true
			})
		}
	}
	if e := c.calls[call.Pos()]; e != nil {
		return e.Pos(), e.End()
	}
	return call.Pos(), token.NoPos
}
