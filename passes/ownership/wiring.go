package ownership

import (
	"golang.org/x/tools/go/ssa"
)

// wiring reports whether fn's goroutines live, by intention, as long as the
// program: it is main.main, or runs once through a package-level sync.Once.
func (p *analysisOf) wiring(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if p.singletons[fn] || isMain(fn) {
			return true
		}
	}
	return false
}

func isMain(fn *ssa.Function) bool {
	return fn.Parent() == nil && fn.Name() == "main" && fn.Signature.Recv() == nil && fn.Pkg != nil && fn.Pkg.Pkg.Name() == "main"
}

// findSingletons finds the functions that a package-level sync.Once runs.
func (p *analysisOf) findSingletons() {
	for _, fn := range p.flow.fns {
		for _, block := range fn.Blocks {
			for _, in := range block.Instrs {
				call, ok := in.(ssa.CallInstruction)
				if !ok {
					continue
				}
				recv, name := methodOf(call.Common())
				if recv == nil || name != "Do" || !isNamed(namedOf(recv.Type()), "sync", "Once") {
					continue
				}
				if ofGlobal(recv) {
					if f := functionOf(call.Common().Args[1]); f != nil {
						p.singletons[f] = true
					}
				}
			}
		}
	}
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
