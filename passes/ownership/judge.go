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
