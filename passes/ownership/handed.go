package ownership

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A task is what a helper runs in a goroutine: one of its arguments, or a method
// of the argument.
type task struct {
	param  int
	method string // "": the argument is the function
}

// handed returns the function that a call hands to something that runs it in a
// goroutine, and the name of that helper.
func (p *analysisOf) handed(in ssa.CallInstruction) (*ssa.Function, string) {
	c := in.Common()
	arg := func(t task) *ssa.Function {
		if t.param >= len(c.Args) {
			return nil
		}
		if t.method != "" {
			return methodBehind(in.Parent().Prog, c.Args[t.param], t.method)
		}
		return functionOf(c.Args[t.param])
	}
	callee := calleeOf(c)
	if callee == nil {
		return nil, ""
	}
	if t, ok := p.spawns[callee]; ok {
		return arg(t), nameOf(callee)
	}
	obj, _ := callee.Object().(*types.Func)
	if obj == nil || p.flow.local[callee] || obj.Pkg() == nil {
		return nil, ""
	}
	if obj.Pkg().Path() == "time" && obj.Name() == "AfterFunc" {
		return arg(task{param: 1}), "time.AfterFunc"
	}
	if recv, name := methodOf(c); recv != nil && name == "Go" && isGroup(recv.Type()) {
		return arg(task{param: 1}), nameOf(callee)
	}
	if s := p.deps[obj.FullName()]; s != nil && s.Spawns > 0 {
		return arg(task{s.Spawns - 1, s.Method}), nameOf(callee)
	}
	return nil, ""
}

// bodyOfHanded returns what a function runs that something else calls, or nil if
// that is not known.
func (p *analysisOf) bodyOfHanded(fn *ssa.Function) *body {
	if p.flow.local[fn] {
		return p.bodyOf(fn)
	}
	if w, ok := p.foreignWork(fn, &ssa.CallCommon{}); ok {
		return &body{fns: map[*ssa.Function]bool{}, works: []found{{work: w}}}
	}
	return nil
}

// methodBehind returns the declared method that a value has, or a value that
// becomes an interface; nil if nobody can see which.
func methodBehind(prog *ssa.Program, v ssa.Value, name string) *ssa.Function {
	v = assigned(v)
	for {
		if c, ok := v.(*ssa.ChangeInterface); ok {
			v = assigned(c.X)
		} else if m, ok := v.(*ssa.MakeInterface); ok {
			v = assigned(m.X)
			break
		} else {
			break
		}
	}
	if types.IsInterface(v.Type()) {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(v.Type(), true, nil, name)
	if f, ok := obj.(*types.Func); ok && f.Exported() {
		return prog.FuncValue(f.Origin())
	}
	if named := namedOf(v.Type()); named != nil && named.Obj().Pkg() != nil {
		obj, _, _ = types.LookupFieldOrMethod(v.Type(), true, named.Obj().Pkg(), name)
		if f, ok := obj.(*types.Func); ok {
			return prog.FuncValue(f.Origin())
		}
	}
	return nil
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
			if t, ok := p.spawnedParam(fn); ok {
				p.spawns[fn] = t
				changed = true
			}
		}
	}
}

// spawnedParam returns the parameter that fn runs in a goroutine.
func (p *analysisOf) spawnedParam(fn *ssa.Function) (task, bool) {
	for _, block := range fn.Blocks {
		for _, in := range block.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if !ok {
				continue
			}
			for _, run := range p.runsInGoroutine(call) {
				if param, ok := assigned(run.value).(*ssa.Parameter); ok {
					for i, x := range fn.Params {
						if x == param {
							return task{i, run.method}, true
						}
					}
				}
			}
		}
	}
	return task{}, false
}

// A running is a function value that runs in a goroutine, or a value whose method does.
type running struct {
	value  ssa.Value
	method string
}

// runsInGoroutine returns what a call runs in a goroutine that nobody owns.
func (p *analysisOf) runsInGoroutine(in ssa.CallInstruction) []running {
	c := in.Common()
	if _, isGo := in.(*ssa.Go); !isGo {
		if callee := calleeOf(c); callee != nil {
			if t, ok := p.spawns[callee]; ok && t.param < len(c.Args) {
				return []running{{c.Args[t.param], t.method}}
			}
		}
		return nil
	}
	callee := p.flow.body(c)
	if callee == nil {
		if c.IsInvoke() {
			return []running{{c.Value, c.Method.Name()}}
		}
		if calleeOf(c) != nil {
			return nil
		}
		return []running{{c.Value, ""}}
	}
	b := p.bodyOf(callee)
	var out []running
	for i := range b.dynamic {
		d := &b.dynamic[i]
		if p.owner(b, &d.found) != Ownerless {
			continue
		}
		out = append(out, d.running)
		// go run(f): the callee's parameter is the caller's argument.
		if param, ok := assigned(d.value).(*ssa.Parameter); ok && param.Parent() == callee {
			for i, x := range callee.Params {
				if x == param && i < len(c.Args) {
					out = append(out, running{c.Args[i], d.method})
				}
			}
		}
	}
	return out
}
