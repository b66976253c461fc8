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
	if _, isGo := in.(*ssa.Go); isGo {
		b := p.bodyOfGo(call)
		if b == nil {
			return nil
		}
		g := p.goroutine(fn, call)
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
	g := p.goroutine(fn, call)
	g.Entry, g.Helper = nameOf(entry), helper
	if recv, _ := methodOf(call.Common()); recv != nil && isGroup(recv.Type()) && p.waited(nil, recv) == Joined {
		g.Class = Joined
		return g
	}
	g.Class, g.Work = p.classify(b)
	g.body = b
	return g
}

func (p *analysisOf) goroutine(fn *ssa.Function, start ssa.CallInstruction) *Goroutine {
	return &Goroutine{Pos: p.callPos(start), Starter: fn, Wiring: p.wiring(fn)}
}

// callPos is where a call begins; SSA knows only its parenthesis. It returns the
// position of a go or defer statement as it is.
func (p *analysisOf) callPos(in ssa.CallInstruction) token.Pos {
	if _, ok := in.(*ssa.Call); ok {
		if p.begins == nil {
			p.begins = beginsOf(p.flow.fns)
		}
		if pos, ok := p.begins[in.Pos()]; ok {
			return pos
		}
	}
	return in.Pos()
}

// beginsOf maps the parentheses of all calls in the functions to where they begin.
func beginsOf(fns []*ssa.Function) map[token.Pos]token.Pos {
	begins := map[token.Pos]token.Pos{}
	for _, fn := range fns {
		if fn.Syntax() == nil || fn.Parent() != nil && fn.Parent().Syntax() != nil {
			continue // a literal is part of the function that holds it
		}
		ast.Inspect(fn.Syntax(), func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				begins[call.Lparen] = call.Pos()
			}
			return true
		})
	}
	return begins
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
