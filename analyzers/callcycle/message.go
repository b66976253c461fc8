package callcycle

import (
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/internal/finding"
	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// report reports a circle where the package brings it about.
func (c *check) report(circle []hop) {
	g := newGraph(c.m)
	proof := g.prove(circle)
	at, end, ok := c.place(circle)
	if !ok || c.m.Quiet(at) || proof == nil && g.refuted(circle) {
		return
	}
	d := analysis.Diagnostic{Pos: c.m.TokenPos(at), Message: c.message(circle, proof != nil)}
	if end.IsValid() {
		d.End = c.m.TokenPos(end)
	}
	if proof == nil {
		d.Category = finding.Possible
	}
	relate := func(p actors.Pos, format string, args ...any) {
		if p.IsValid() {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: c.m.TokenPos(p), Message: fmt.Sprintf(format, args...)})
		}
	}
	for i, h := range circle {
		steps := h.wait.Frame.Path
		relate(steps[0].Func.Pos, "%s", h.from)
		for j, s := range steps[:len(steps)-1] {
			if callee := steps[j+1].Func.ID; callee.Parent() == "" {
				relate(s.Edge.Pos, "calls %s", callee.Name())
			}
			if b := c.boundAt(s.Edge); b != nil {
				relate(b.Pos, "%s becomes %s", b.Type.Name(), b.Iface.Name())
			}
		}
		relate(h.wait.Pos, "waits for %s with %s", h.to.Name(), h.what())
		if h.binding != nil {
			relate(h.binding.Pos, "%s is the server behind %s", h.to.Name(), h.binding.Iface.Name())
		}
		if proof != nil {
			relate(proof[i].at, "%s", proof[i].note)
		}
	}
	c.pass.Report(d)
}

// place is the first part of a circle that the package has: a call, or a step to one; else a binding.
func (c *check) place(circle []hop) (at, end actors.Pos, ok bool) {
	for _, h := range circle {
		if at, own := h.wait.In(c.m.Pkg); own {
			if at == h.wait.Pos {
				end = h.wait.End
			}
			return at, end, true
		}
	}
	for _, h := range circle {
		if h.binding != nil && c.m.File(h.binding.Pos) != nil {
			return h.binding.Pos, end, true
		}
		for _, s := range h.wait.Frame.Path {
			if b := c.boundAt(s.Edge); b != nil && c.m.File(b.Pos) != nil {
				return b.Pos, end, true
			}
		}
	}
	return at, end, false
}

// boundAt is the binding that an edge is followed by, or nil.
func (c *check) boundAt(e *actors.Edge) *actors.Binding {
	if e == nil {
		return nil
	}
	for _, b := range c.m.Callees(e) { // one, or Frames would not go there
		return b
	}
	return nil
}

// message says who waits for whom, what comes of it, and what to do.
func (c *check) message(circle []hop, proven bool) string {
	var b strings.Builder
	if proven {
		b.WriteString("deadlock: ")
	} else {
		b.WriteString("possible deadlock: ")
	}
	for _, h := range circle {
		fmt.Fprintf(&b, "%s -> ", h.from)
	}
	first := circle[0].from.server.Name()
	b.WriteString(first)
	if proven {
		fmt.Fprintf(&b, "; each waits for the next one, and %s handles nothing while it waits", first)
	} else {
		fmt.Fprintf(&b, "; if the last call reaches the same %s, or one that waits for these, they wait for each other", first)
	}
	fmt.Fprintf(&b, ": %s; carry what %s needs in the request, cast back, or answer before calling", c.outcome(circle), circle[len(circle)-1].from.server.Name())
	return b.String()
}

// outcome is what the runtime does, which the contexts decide.
func (c *check) outcome(circle []hop) string {
	still := "they stand still until a call's time is over"
	if d := roles.CallTimeoutFor(c.pass.Pkg); d > 0 {
		still += fmt.Sprintf(" (%v, or the context's deadline)", d)
	}
	own := true
	for _, h := range circle {
		switch h.wait.As.Kind {
		case actors.NoInstance:
			return still
		case actors.SelfInstance:
		default:
			own = false
		}
	}
	if own {
		return "the runtime refuses the last call with a DeadlockError"
	}
	return "the runtime refuses the last call with a DeadlockError if all contexts are the processes' own, and if not " + still
}

// String is a node as messages print it: "Cart.HandleCall(checkout)".
func (n node) String() string {
	s := n.server.Name() + "." + n.kind.String()
	if n.msg != "" {
		s += "(" + n.msg.Name() + ")"
	}
	return s
}

// what is the call as people name it.
func (h hop) what() string {
	if h.wait.Msg.Known() {
		return h.wait.Role + " of " + h.wait.Msg.Type.Name()
	}
	return h.wait.Role
}
