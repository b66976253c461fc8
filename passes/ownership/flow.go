package ownership

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A result is a node: the i-th result of a function of the package.
type result struct {
	fn *ssa.Function
	i  int
}

// A flow is the unification of everything in the package that carries objects.
// Its nodes are SSA values, fields and globals (types.Var), and results.
type flow struct {
	parent map[any]any
	class  map[any]*object // by root
	fns    []*ssa.Function // of the package, synthetic wrappers included, tests not
	local  map[*ssa.Function]bool
	called map[*ssa.Function]bool // may be called by code that is not seen
	deps   map[string]*Summary

	stopsByName bool // some process is stopped by its name
}

func newFlow(fns []*ssa.Function, deps map[string]*Summary) *flow {
	f := &flow{parent: map[any]any{}, class: map[any]*object{}, fns: fns, deps: deps,
		local: map[*ssa.Function]bool{}, called: map[*ssa.Function]bool{}}
	for _, fn := range fns {
		f.local[fn] = true
	}
	f.findCalled()
	for _, fn := range fns {
		f.function(fn)
	}
	return f
}

// findCalled marks the functions whose callers are not all visible as static calls.
func (f *flow) findCalled() {
	invoked := map[string]bool{}
	static := map[*ssa.Function]bool{}
	for _, fn := range f.fns {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				call, _ := in.(ssa.CallInstruction)
				if call != nil && call.Common().IsInvoke() {
					invoked[call.Common().Method.Name()] = true
				} else if call != nil {
					static[calleeOf(call.Common())] = true
				}
				f.markUsedAsValue(in, call)
			}
		}
	}
	for _, fn := range f.fns {
		obj, _ := fn.Object().(*types.Func)
		if obj == nil {
			continue
		}
		method := obj.Signature().Recv() != nil
		if obj.Exported() || !static[fn] || method && invoked[obj.Name()] {
			f.called[fn] = true
		}
	}
}

// markUsedAsValue marks the functions that in uses otherwise than by calling them.
func (f *flow) markUsedAsValue(in ssa.Instruction, call ssa.CallInstruction) {
	if mc, ok := in.(*ssa.MakeClosure); ok {
		for _, ref := range *mc.Referrers() {
			if c, ok := ref.(ssa.CallInstruction); !ok || c.Common().Value != mc || contains(c.Common().Args, mc) {
				f.called[mc.Fn.(*ssa.Function)] = true
			}
		}
		return
	}
	var callee ssa.Value
	if call != nil && !call.Common().IsInvoke() {
		callee = call.Common().Value
	}
	var rands [8]*ssa.Value
	for _, r := range in.Operands(rands[:0]) {
		if fn, ok := (*r).(*ssa.Function); ok && *r != callee {
			f.called[fn] = true
		}
	}
}

func contains(vs []ssa.Value, v ssa.Value) bool {
	for _, x := range vs {
		if x == v {
			return true
		}
	}
	return false
}

// node maps a value to its node. Addresses and what they point at are one node,
// and so are a container and its elements.
func (f *flow) node(v ssa.Value) any {
	switch v := v.(type) {
	case *ssa.Global:
		if v.Object() != nil {
			o := f.object(v.Object())
			o.name = v.Name()
			o.open = o.open || v.Object().Exported()
			return v.Object()
		}
	case *ssa.FieldAddr:
		return f.field(v, v.X.Type(), v.Field)
	case *ssa.Field:
		return f.field(v, v.X.Type(), v.Field)
	}
	return v
}

// field returns the node of a field. A ticker's C is a node of its own at each
// use: one field for all the tickers of the package would be one object.
func (f *flow) field(v ssa.Value, owner types.Type, index int) any {
	named := namedOf(owner)
	st, ok := deref(owner).Underlying().(*types.Struct)
	if !ok {
		f.object(v).open = true
		return v
	}
	field := st.Field(index).Origin()
	if isNamed(named, "time", "Ticker") {
		f.object(v).ticks = true
		return v
	}
	o := f.object(field)
	if o.name == "" {
		o.name = field.Name()
		if named != nil {
			o.name = named.Obj().Name() + "." + field.Name()
		}
	}
	visible := field.Exported() && (named == nil || named.Obj().Exported())
	foreign := field.Pkg() != nil && v.Parent() != nil && v.Parent().Pkg != nil && field.Pkg() != v.Parent().Pkg.Pkg
	if visible || foreign {
		o.open = true
		o.live = true
	}
	return field
}

// function adds all that one function does.
func (f *flow) function(fn *ssa.Function) {
	if f.called[fn] {
		for _, p := range fn.Params {
			if carries(p.Type()) && !isHandle(p.Type()) {
				f.unknown(p)
			}
		}
	}
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			f.instr(fn, in)
		}
	}
}

// escape says that unseen code may hold v.
func (f *flow) escape(v ssa.Value) { f.of(v).open = true }

// join unifies two values if they carry objects; a value that is stored where
// objects are not followed escapes.
func (f *flow) join(to, from ssa.Value) {
	if !carries(from.Type()) {
		return
	}
	if !carries(to.Type()) {
		if !isHandle(from.Type()) { // a reference in a log line is not handed over
			f.escape(from)
		}
		return
	}
	f.union(f.node(to), f.node(from))
}

// keep notes that the package stores a process in something that outlives the call.
func (f *flow) keep(in, v ssa.Value) {
	if !isHandle(v.Type()) {
		return
	}
	switch in := in.(type) {
	case *ssa.FieldAddr, *ssa.Global:
		f.of(v).kept = true
	default:
		if _, ok := in.Type().Underlying().(*types.Map); ok {
			f.of(v).kept = true
		}
	}
}

func (f *flow) event(op op, v ssa.Value, in ssa.Instruction) {
	o := f.of(v)
	o.events = append(o.events, event{op, in})
}

func (f *flow) instr(fn *ssa.Function, in ssa.Instruction) {
	switch in := in.(type) {
	case *ssa.Alloc:
		if in.Comment != "" && carries(in.Type()) && f.of(in).name == "" {
			f.of(in).name = in.Comment
		}
	case *ssa.MakeChan:
		f.of(in).made = true
	case *ssa.Store:
		f.join(in.Addr, in.Val)
		f.keep(in.Addr, in.Val)
	case *ssa.UnOp:
		if in.Op == token.ARROW {
			f.event(opRecv, in.X, in)
		}
		if in.Op == token.ARROW || in.Op == token.MUL {
			f.pick(in, in.X)
		}
	case *ssa.Phi:
		for _, e := range in.Edges {
			f.join(in, e)
		}
	case *ssa.ChangeType:
		f.join(in, in.X)
	case *ssa.Convert:
		f.join(in, in.X)
	case *ssa.ChangeInterface:
		f.join(in, in.X)
	case *ssa.MakeInterface:
		f.join(in, in.X)
	case *ssa.TypeAssert:
		f.pick(in, in.X)
	case *ssa.Slice:
		f.join(in, in.X)
	case *ssa.IndexAddr:
		f.pick(in, in.X)
	case *ssa.Index:
		f.pick(in, in.X)
	case *ssa.Lookup:
		f.pick(in, in.X)
	case *ssa.Range:
		f.union(in, f.node(in.X))
	case *ssa.MapUpdate:
		f.join(in.Map, in.Value)
		f.keep(in.Map, in.Value)
		f.join(in.Map, in.Key)
	case *ssa.Extract:
		f.extract(in)
	case *ssa.MakeClosure:
		for i, b := range in.Bindings {
			f.join(in.Fn.(*ssa.Function).FreeVars[i], b)
		}
	case *ssa.Send:
		f.event(opSend, in.Chan, in)
		f.join(in.Chan, in.X)
	case *ssa.Select:
		for _, s := range in.States {
			if s.Dir == types.SendOnly {
				f.event(opSend, s.Chan, in)
				f.join(s.Chan, s.Send)
			} else {
				f.event(opRecv, s.Chan, in)
			}
		}
	case *ssa.Return:
		f.results(fn, in)
	case ssa.CallInstruction:
		f.call(in)
	}
}

// pick unifies an element with what it is taken from; an element of something
// that is not followed may be anything.
func (f *flow) pick(elem, from ssa.Value) {
	if !carries(elem.Type()) {
		return
	}
	f.union(f.node(elem), f.node(from))
	if !carries(from.Type()) {
		f.unknown(elem)
	}
}

// unknown says that v comes from where nobody can see.
func (f *flow) unknown(v ssa.Value) {
	o := f.of(v)
	o.open, o.live = true, true
}

func (f *flow) extract(in *ssa.Extract) {
	if !carries(in.Type()) {
		return
	}
	switch t := in.Tuple.(type) {
	case *ssa.Call:
		if callee := f.body(t.Common()); callee != nil {
			f.union(in, result{callee, in.Index})
			return
		}
		if o, ok := contextCall(t.Common()); ok {
			f.contextResult(in, t.Common(), o)
			return
		}
		if !f.fresh(t.Common(), in.Index) {
			f.unknown(in)
		}
	case *ssa.Select:
		// r_0 ... r_n-1 follow (index, recvOk), one for each receive, in order.
		i := 2
		for _, s := range t.States {
			if s.Dir == types.RecvOnly {
				if i == in.Index {
					f.union(in, f.node(s.Chan))
				}
				i++
			}
		}
	case *ssa.TypeAssert:
		f.pick(in, t.X)
	case *ssa.Lookup:
		f.pick(in, t.X)
	case *ssa.UnOp:
		f.pick(in, t.X)
	case *ssa.Next:
		f.union(in, t.Iter)
	}
}

func (f *flow) results(fn *ssa.Function, in *ssa.Return) {
	for i, r := range in.Results {
		if !carries(r.Type()) {
			continue
		}
		f.union(result{fn, i}, f.node(r))
		if !f.called[fn] {
			continue
		}
		if o := f.object(result{fn, i}); isHandle(r.Type()) {
			o.given = true
		} else {
			o.open = true
		}
	}
}

// body returns the function of the package that a call certainly runs, or nil.
func (f *flow) body(c *ssa.CallCommon) *ssa.Function {
	fn := calleeOf(c)
	if fn != nil && f.local[fn] {
		return fn
	}
	return nil
}
