package ownership

import (
	"golang.org/x/tools/go/ssa"
)

// wiring reports whether fn's goroutines live, by intention, as long as the
// program: it is main.main or a part of it, or runs once through a package-level
// sync.Once or variable made by sync.OnceFunc and its kind.
func (p *analysisOf) wiring(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if p.singletons[fn] || p.mains[fn] {
			return true
		}
	}
	return false
}

// findMains finds main.main and what is a part of it under a name of its own:
// functions that nothing but parts of main.main calls, outside loops.
func (p *analysisOf) findMains() {
	callers := map[*ssa.Function][]ssa.CallInstruction{}
	for _, fn := range p.flow.fns {
		if fn.Parent() == nil && fn.Name() == "main" && fn.Signature.Recv() == nil && fn.Pkg != nil && fn.Pkg.Pkg.Name() == "main" {
			p.mains[fn] = true
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				if call, ok := in.(ssa.CallInstruction); ok {
					if callee := p.flow.body(call.Common()); callee != nil {
						callers[callee] = append(callers[callee], call)
					}
				}
			}
		}
	}
	for found := len(p.mains) > 0; found; {
		found = false
		for fn, calls := range callers {
			if p.mains[fn] || p.flow.called[fn] || !p.onlyFromMains(calls) {
				continue
			}
			p.mains[fn], found = true, true
		}
	}
}

func (p *analysisOf) onlyFromMains(calls []ssa.CallInstruction) bool {
	for _, call := range calls {
		if !p.mains[call.Parent()] {
			return false
		}
		for _, l := range p.loops(call.Parent()) {
			if l.blocks[call.Block()] {
				return false
			}
		}
	}
	return true
}

// findSingletons finds the functions that a package-level sync.Once runs, or a
// package-level variable that sync.OnceFunc, OnceValue or OnceValues made.
func (p *analysisOf) findSingletons() {
	for _, fn := range p.flow.fns {
		for _, block := range fn.Blocks {
			for _, in := range block.Instrs {
				if call, ok := in.(ssa.CallInstruction); ok {
					if f := onceOf(call); f != nil {
						p.singletons[f] = true
					}
				}
			}
		}
	}
}

// onceOf returns the function that a call makes run at most once in the program's life.
func onceOf(in ssa.CallInstruction) *ssa.Function {
	c := in.Common()
	if recv, name := methodOf(c); recv != nil {
		if name == "Do" && isNamed(namedOf(recv.Type()), "sync", "Once") && ofGlobal(recv) {
			return functionOf(c.Args[1])
		}
		return nil
	}
	callee := calleeOf(c)
	if callee == nil || callee.Object() == nil || callee.Object().Pkg() == nil || callee.Object().Pkg().Path() != "sync" {
		return nil
	}
	switch callee.Name() {
	case "OnceFunc", "OnceValue", "OnceValues":
		if call, ok := in.(*ssa.Call); ok && initialises(call) {
			return functionOf(c.Args[0])
		}
	}
	return nil
}

// initialises reports whether a value is what a package-level variable is
// declared with: a function that assigns one may run many times.
func initialises(v ssa.Value) bool {
	if v.Parent().Synthetic != "package initializer" || v.Referrers() == nil {
		return false
	}
	for _, ref := range *v.Referrers() {
		if store, ok := ref.(*ssa.Store); ok && store.Val == v && ofGlobal(store.Addr) {
			return true
		}
	}
	return false
}

// ofGlobal reports whether an address is that of a global, or of a part of one.
func ofGlobal(v ssa.Value) bool {
	for {
		switch x := v.(type) {
		case *ssa.Global:
			return true
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.UnOp:
			v = x.X
		default:
			return false
		}
	}
}
