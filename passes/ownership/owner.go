package ownership

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// classify places one goroutine on the lattice. The worst piece of work decides,
// unless the goroutine as a whole is joined.
func (p *analysisOf) classify(b *body) (Class, *Work) {
	class := Bounded
	var worst *Work
	for i := range b.works {
		w := &b.works[i]
		c := p.owner(b, w)
		if c == Unknown {
			return Unknown, &w.work
		}
		if worst == nil || c > class || c == class && w.work.Kind < worst.Kind {
			class, worst = c, &w.work
		}
		if c < Bounded && class == Bounded {
			class, worst = c, &w.work
		}
	}
	return class, worst
}

// owner says who owns the goroutine while it does the work.
func (p *analysisOf) owner(b *body, w *found) Class {
	if w.call != nil && handsOver(w.call) {
		return Unknown
	}
	for _, fr := range w.path {
		if defersUnknown(p.flow, fr.fn) {
			return Unknown
		}
	}
	best := Ownerless
	if w.work.Kind == Stoppable {
		best = Cancellable
	}
	for _, in := range p.exits(b, w) {
		if c := p.exitOwner(b, in); c != Unknown {
			best = min(best, c)
		}
	}
	return best
}

// handsOver reports whether a call of another package's function takes along
// something that it could signal its end with.
func handsOver(c *ssa.CallCommon) bool {
	for _, a := range c.Args {
		if isGroup(a.Type()) {
			return true
		}
		if _, ok := a.Type().Underlying().(*types.Chan); ok {
			return true
		}
	}
	return false
}

// defersUnknown reports whether fn defers a function value that is not known:
// it may tell somebody that the goroutine ended.
func defersUnknown(f *flow, fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if d, ok := in.(*ssa.Defer); ok && !d.Call.IsInvoke() && calleeOf(&d.Call) == nil {
				if _, builtin := d.Call.Value.(*ssa.Builtin); !builtin {
					return true
				}
			}
		}
	}
	return false
}

// exits returns the instructions that run once the work is over: what is
// deferred, and what stands behind the work on the way back.
func (p *analysisOf) exits(b *body, w *found) []ssa.Instruction {
	var out []ssa.Instruction
	seen := map[*ssa.Function]bool{}
	var add func(in ssa.Instruction)
	add = func(in ssa.Instruction) {
		out = append(out, in)
		call, ok := in.(ssa.CallInstruction)
		if !ok {
			return
		}
		callee := p.flow.body(call.Common())
		if callee == nil || seen[callee] {
			return
		}
		seen[callee] = true
		for _, block := range callee.Blocks {
			for _, in := range block.Instrs {
				if _, isGo := in.(*ssa.Go); !isGo {
					add(in)
				}
			}
		}
	}
	for _, fr := range w.path {
		for _, in := range after(fr) {
			add(in)
		}
	}
	return out
}

// after returns the instructions of a frame's function that are deferred, or
// that run behind the frame's call or loop.
func after(fr frame) []ssa.Instruction {
	var out []ssa.Instruction
	for _, b := range fr.fn.Blocks {
		for _, in := range b.Instrs {
			if d, ok := in.(*ssa.Defer); ok {
				out = append(out, d)
			}
		}
	}
	seen := map[*ssa.BasicBlock]bool{}
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if seen[b] || fr.in != nil && fr.in.blocks[b] {
			return
		}
		seen[b] = true
		out = append(out, b.Instrs...)
		for _, s := range b.Succs {
			visit(s)
		}
	}
	if fr.in != nil {
		for b := range fr.in.blocks {
			for _, s := range b.Succs {
				visit(s)
			}
		}
		return out
	}
	start := fr.at.Block()
	for i, in := range start.Instrs {
		if in == fr.at {
			out = append(out, start.Instrs[i+1:]...)
		}
	}
	for _, s := range start.Succs {
		visit(s)
	}
	return out
}

// exitOwner says who learns of the goroutine's end by this instruction.
func (p *analysisOf) exitOwner(b *body, in ssa.Instruction) Class {
	switch in := in.(type) {
	case *ssa.Send:
		return p.heard(b, in.Chan, Awaited)
	case *ssa.Select:
		for _, s := range in.States {
			if s.Dir == types.SendOnly {
				if c := p.heard(b, s.Chan, Awaited); c != Unknown {
					return c
				}
			}
		}
	case ssa.CallInstruction:
		c := in.Common()
		if bi, ok := c.Value.(*ssa.Builtin); ok && bi.Name() == "close" {
			return p.heard(b, c.Args[0], Joined)
		}
		if recv, name := methodOf(c); recv != nil && name == "Done" && isGroup(recv.Type()) {
			return p.waited(b, recv)
		}
		if p.tells(c) {
			return Awaited
		}
	}
	return Unknown
}

// heard returns class if somebody else receives from ch.
func (p *analysisOf) heard(b *body, ch ssa.Value, class Class) Class {
	o := p.flow.of(ch)
	if o.open {
		return class
	}
	for _, e := range o.events {
		if e.op == opRecv && !b.fns[e.in.Parent()] {
			return class
		}
	}
	return Unknown
}

// waited returns Joined if somebody else waits for the group.
func (p *analysisOf) waited(b *body, group ssa.Value) Class {
	o := p.flow.of(group)
	if o.open {
		return Joined
	}
	for _, e := range o.events {
		if e.op == opWait && (b == nil || !b.fns[e.in.Parent()]) {
			return Joined
		}
	}
	return Unknown
}
