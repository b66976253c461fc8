package ownership

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// judge says whether a loop is long-running work, and of what kind.
func (f *flow) judge(l loop) (Work, bool) {
	w := Work{Kind: Endless, Pos: l.pos, Func: nameOf(l.fn)}
	if f.handlesSignals(l) || leavesByGoexit(l.fn, l) {
		return w, false
	}
	for _, leave := range l.leaves() {
		if leave.stop == nil {
			return w, false // a condition of its own ends it
		}
		o := f.of(leave.stop)
		switch {
		case isTimer(leave.stop) || o.ticks && !leave.close:
			return w, false
		case o.ticks:
			w.Kind, w.Stop = max(w.Kind, DeadStop), "a ticker's channel is never closed"
		case leave.close && (o.open || o.has(opClose)), !leave.close && o.ends():
			w.Kind, w.Stop = Stoppable, ""
			return w, true
		case o.inert && !o.live:
			w.Kind, w.Stop = max(w.Kind, DeadStop), "its context is never cancelled (context.Background)"
		case o.made && o.name != "":
			w.Kind, w.Stop = max(w.Kind, DeadStop), "nothing closes "+o.name
		default:
			return w, false // nobody can see where the channel comes from
		}
	}
	return w, true
}

// isTimer reports whether v is the channel of a time.Timer or of time.After.
func isTimer(v ssa.Value) bool {
	switch v := assigned(v).(type) {
	case *ssa.Call:
		fn := v.Call.StaticCallee()
		return fn != nil && fn.Object() != nil && fn.Object().Pkg() != nil &&
			fn.Object().Pkg().Path() == "time" && fn.Name() == "After"
	case *ssa.UnOp:
		addr, ok := v.X.(*ssa.FieldAddr)
		return ok && isNamed(namedOf(addr.X.Type()), "time", "Timer")
	}
	return false
}

// handlesSignals reports whether the loop receives signals of the operating system.
func (f *flow) handlesSignals(l loop) bool {
	for b := range l.blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.UnOp:
				if in.Op == token.ARROW && f.isSignals(in.X) {
					return true
				}
			case *ssa.Select:
				for _, s := range in.States {
					if f.isSignals(s.Chan) {
						return true
					}
				}
			}
		}
	}
	return false
}

func (f *flow) isSignals(ch ssa.Value) bool {
	t, ok := ch.Type().Underlying().(*types.Chan)
	return ok && isNamed(namedOf(t.Elem()), "os", "Signal") || f.of(ch).signals
}

// leavesByGoexit reports whether the loop contains runtime.Goexit, or a panic
// that its function recovers from.
func leavesByGoexit(fn *ssa.Function, l loop) bool {
	for b := range l.blocks {
		for _, s := range append(b.Succs, b) {
			if len(s.Instrs) == 0 {
				continue
			}
			for _, in := range s.Instrs {
				if call, ok := in.(*ssa.Call); ok {
					if callee := call.Call.StaticCallee(); callee != nil && callee.Name() == "Goexit" &&
						callee.Object() != nil && callee.Object().Pkg() != nil && callee.Object().Pkg().Path() == "runtime" {
						return true
					}
				}
			}
			if _, ok := s.Instrs[len(s.Instrs)-1].(*ssa.Panic); ok && fn.Recover != nil && recovers(fn) && !l.blocks[s] && explicit(s) {
				return true
			}
		}
	}
	return false
}

// explicit reports whether a block's panic was written by the user, rather than
// standing for a call that does not return or a select that matched no case.
func explicit(b *ssa.BasicBlock) bool { return b.Instrs[len(b.Instrs)-1].Pos().IsValid() }

// recovers reports whether fn defers a function that recovers.
func recovers(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			d, ok := in.(*ssa.Defer)
			if !ok {
				continue
			}
			callee := calleeOf(&d.Call)
			if callee == nil || callee.Blocks == nil || callsRecover(callee) {
				return true
			}
		}
	}
	return false
}

func callsRecover(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if c, ok := in.(*ssa.Call); ok {
				if bi, ok := c.Call.Value.(*ssa.Builtin); ok && bi.Name() == "recover" {
					return true
				}
			}
		}
	}
	return false
}

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
