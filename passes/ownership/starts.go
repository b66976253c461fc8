package ownership

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// goroutines returns every start of a goroutine in the package, in source order
// of the functions that hold them.
func (p *analysisOf) goroutines() []*Goroutine {
	var out []*Goroutine
	for _, fn := range p.flow.fns {
		if fn.Synthetic != "" && fn.Name() != "init" {
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
	g.Entry, g.Helper = nameOf(entry), helper
	if recv, _ := methodOf(call.Common()); recv != nil && isGroup(recv.Type()) && p.waited(nil, recv) == Joined {
		g.Class = Joined
		return g
	}
	g.body = p.bodyOf(entry)
	g.Class, g.Work = p.classify(g.body)
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

// handed returns the function that a call hands to something that runs it in a
// goroutine, and the name of that helper.
func (p *analysisOf) handed(in ssa.CallInstruction) (*ssa.Function, string) {
	c := in.Common()
	arg := func(i int) *ssa.Function {
		if i >= len(c.Args) {
			return nil
		}
		fn := functionOf(c.Args[i])
		if fn == nil || !p.flow.local[fn] {
			return nil
		}
		return fn
	}
	callee := calleeOf(c)
	if callee == nil {
		return nil, ""
	}
	if i, ok := p.spawns[callee]; ok {
		return arg(i), nameOf(callee)
	}
	obj, _ := callee.Object().(*types.Func)
	if obj == nil || p.flow.local[callee] || obj.Pkg() == nil {
		return nil, ""
	}
	if obj.Pkg().Path() == "time" && obj.Name() == "AfterFunc" {
		return arg(1), "time.AfterFunc"
	}
	if recv, name := methodOf(c); recv != nil && name == "Go" && isGroup(recv.Type()) {
		return arg(1), nameOf(callee)
	}
	if s := p.deps[obj.FullName()]; s != nil && s.Spawns > 0 {
		return arg(s.Spawns - 1), nameOf(callee)
	}
	return nil, ""
}

// findSpawners finds the functions of the package that run a parameter of
// theirs in a goroutine which they do not own themselves.
func (p *analysisOf) findSpawners() {
	for changed := true; changed; {
		changed = false
		for _, fn := range p.flow.fns {
			if _, known := p.spawns[fn]; known || fn.Parent() != nil {
				continue
			}
			if i := p.spawnedParam(fn); i >= 0 {
				p.spawns[fn] = i
				changed = true
			}
		}
	}
}

// spawnedParam returns the index of the parameter that fn runs in a goroutine, or -1.
func (p *analysisOf) spawnedParam(fn *ssa.Function) int {
	for _, block := range fn.Blocks {
		for _, in := range block.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if !ok {
				continue
			}
			for _, v := range p.runsInGoroutine(call) {
				if param, ok := assigned(v).(*ssa.Parameter); ok {
					for i, x := range fn.Params {
						if x == param {
							return i
						}
					}
				}
			}
		}
	}
	return -1
}

// runsInGoroutine returns the function values that a call runs in a goroutine
// that nobody owns.
func (p *analysisOf) runsInGoroutine(in ssa.CallInstruction) []ssa.Value {
	c := in.Common()
	if _, isGo := in.(*ssa.Go); !isGo {
		if callee := calleeOf(c); callee != nil {
			if i, ok := p.spawns[callee]; ok && i < len(c.Args) {
				return []ssa.Value{c.Args[i]}
			}
		}
		return nil
	}
	callee := p.flow.body(c)
	if callee == nil {
		if c.IsInvoke() || calleeOf(c) != nil {
			return nil
		}
		return []ssa.Value{c.Value}
	}
	b := p.bodyOf(callee)
	var out []ssa.Value
	for i := range b.dynamic {
		d := &b.dynamic[i]
		if p.owner(b, &d.found) != Ownerless {
			continue
		}
		out = append(out, d.value)
		// go run(f): the callee's parameter is the caller's argument.
		if param, ok := assigned(d.value).(*ssa.Parameter); ok && param.Parent() == callee {
			for i, x := range callee.Params {
				if x == param && i < len(c.Args) {
					out = append(out, c.Args[i])
				}
			}
		}
	}
	return out
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
