package ownership

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// yieldBody is what SSA says of the function that it makes of the body of a loop
// over an iterator: synthetic, but the user's code.
const yieldBody = "range-over-func yield"

// goroutines returns every start of a goroutine in the package, in source order
// of the functions that hold them.
func (p *analysisOf) goroutines() []*Goroutine {
	var out []*Goroutine
	for _, fn := range p.flow.fns {
		if fn.Synthetic != "" && fn.Name() != "init" && fn.Synthetic != yieldBody {
			continue
		}
		for _, block := range fn.Blocks {
			for _, in := range block.Instrs {
				if g := p.start(fn, in); g != nil {
					out = append(out, g)
				}
			}
		}
	}
	return out
}

// start judges one instruction; nil if it starts no goroutine that can be seen.
func (p *analysisOf) start(fn *ssa.Function, in ssa.Instruction) *Goroutine {
	call, ok := in.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	g := &Goroutine{Pos: callPos(call), Starter: fn, Wiring: p.wiring(fn)}
	if _, isGo := in.(*ssa.Go); isGo {
		b := p.bodyOfGo(call)
		if b == nil {
			return nil
		}
		g.Entry = entryName(call.Common())
		g.Class, g.Work = p.classify(b)
		g.body = b
		return g
	}
	entry, helper := p.handed(call)
	if entry == nil {
		return nil
	}
	b := p.bodyOfHanded(entry)
	if b == nil {
		return nil
	}
	g.Entry, g.Helper = nameOf(entry), helper
	if recv, _ := methodOf(call.Common()); recv != nil && isGroup(recv.Type()) && p.waited(nil, recv) == Joined {
		g.Class = Joined
		return g
	}
	g.Class, g.Work = p.classify(b)
	g.body = b
	return g
}

// callPos is where a call begins; SSA knows only its parenthesis.
func callPos(in ssa.CallInstruction) token.Pos {
	pos := in.Pos()
	if _, ok := in.(*ssa.Call); !ok || in.Parent().Syntax() == nil {
		return pos
	}
	ast.Inspect(in.Parent().Syntax(), func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && call.Lparen == in.Pos() {
			pos = call.Pos()
		}
		return true
	})
	return pos
}

// bodyOfGo returns what a go statement runs, or nil if that is not known.
func (p *analysisOf) bodyOfGo(in ssa.CallInstruction) *body {
	c := in.Common()
	if fn := p.flow.body(c); fn != nil {
		return p.bodyOf(fn)
	}
	if c.IsInvoke() {
		if fn := methodBehind(in.Parent().Prog, c.Value, c.Method.Name()); fn != nil {
			return p.bodyOfHanded(fn)
		}
		return nil
	}
	b := &body{fns: map[*ssa.Function]bool{}}
	if w, ok := p.serves(in); ok {
		b.works = []found{{work: w}}
		return b
	}
	if fn := calleeOf(c); fn != nil {
		if w, ok := p.foreignWork(fn, c); ok {
			b.works = []found{{work: w, call: c}}
			return b
		}
	}
	return nil
}

// wiring reports whether fn's goroutines live, by intention, as long as the
// program: it is main.main, or runs once through a package-level sync.Once.
func (p *analysisOf) wiring(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if p.singletons[fn] || fn.Parent() == nil && fn.Name() == "main" && fn.Pkg != nil && fn.Pkg.Pkg.Name() == "main" {
			return true
		}
	}
	return false
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
