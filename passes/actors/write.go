package actors

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// What a function may write is asked for one purpose: to prove that a clause only reads. So everything unknown
// writes: a call through an interface or a function value, or into a package without a summary, writes to all that
// it is given. Memory is followed from the parameters (and captured variables) on: a value is reached from a
// parameter if it was loaded, selected or sliced from it, or came out of a call that it was given to.

// mask is a set of parameters, the receiver first, then the captured variables of a literal.
type mask uint64

const maxMask = 63 // all parameters beyond share a bit

func bit(i int) mask { return 1 << min(i, maxMask) }

// effects is what one function writes, and through which calls it may write more.
type effects struct {
	writes []Write
	calls  []passing
}

// passing is a call with what its arguments are reached from.
type passing struct {
	callee  *ssa.Function
	args    []mask
	cases   []TypeID
	forward bool // the dispatched message goes with it
}

// writes finds the parameters through which each function may write.
func (b *builder) writes() {
	b.effects = map[*ssa.Function]*effects{}
	for _, f := range b.m.SSA.Funcs {
		b.effects[f] = b.reach(f).effects()
	}
	for changed := true; changed; {
		changed = false
		for _, f := range b.m.SSA.Funcs {
			e := b.effects[f]
			for _, c := range e.calls {
				if of := b.effects[c.callee]; of != nil && of != e {
					for _, w := range of.writes {
						changed = e.through(c, w) || changed
					}
				}
			}
		}
	}
	for _, f := range b.m.SSA.Funcs {
		for _, w := range b.effects[f].writes {
			if w.Param == PackageVariable || w.Param.Index() < len(f.Params) {
				fn := b.own[b.m.ids[f]]
				fn.Writes = append(fn.Writes, w)
			}
		}
	}
}

// readOnly says whether a callback provably writes nothing reachable from its receiver, and no package variable,
// when it handles msg.
func (b *builder) readOnly(callback FuncID, msg TypeID) bool {
	f := b.m.ssaFuncs[callback]
	if f == nil {
		return false // promoted from another package
	}
	return !slices.ContainsFunc(b.effects[f].writes, func(w Write) bool {
		return (w.Param == 1 || w.Param == PackageVariable) && Runs(w.Case, msg)
	})
}

// through adds a callee's write to the caller.
func (e *effects) through(c passing, w Write) (changed bool) {
	cases := c.cases
	if c.forward && w.Case != nil {
		cases = w.Case
	}
	if w.Param == PackageVariable {
		return e.writeParam(PackageVariable, cases)
	}
	i := w.Param.Index()
	if i < 0 || i >= len(c.args) {
		return false
	}
	return e.write(c.args[i], cases)
}

// write adds writes through the parameters in m.
func (e *effects) write(m mask, cases []TypeID) (changed bool) {
	for i := 0; m != 0; i, m = i+1, m>>1 {
		if m&1 != 0 {
			changed = e.writeParam(roles.Arg(i+1), cases) || changed
		}
	}
	return changed
}

func (e *effects) writeParam(p roles.Arg, cases []TypeID) (changed bool) {
	at, found := slices.BinarySearchFunc(e.writes, p, func(w Write, p roles.Arg) int { return cmp.Compare(w.Param, p) })
	if !found {
		e.writes = slices.Insert(e.writes, at, Write{Param: p, Case: slices.Clone(cases)})
		return true
	}
	w := &e.writes[at]
	if w.Case == nil {
		return false
	}
	if cases == nil {
		w.Case = nil
		return true
	}
	for _, c := range cases {
		if i, ok := slices.BinarySearch(w.Case, c); !ok {
			w.Case = slices.Insert(w.Case, i, c)
			changed = true
		}
	}
	return changed
}

// writeGlobal adds a write if the address or map is a package variable's.
func (e *effects) writeGlobal(v ssa.Value, cases []TypeID) {
	v = root(v)
	if load, ok := v.(*ssa.UnOp); ok {
		v = root(load.X)
	}
	if _, ok := v.(*ssa.Global); ok {
		e.writeParam(PackageVariable, cases)
	}
}

// reached is what a function's values are reached from.
type reached struct {
	b     *builder
	f     *ssa.Function
	from  map[ssa.Value]mask
	holds map[ssa.Value]mask // what is stored in local variables, by *ssa.Alloc
}

// reach follows the parameters of f.
func (b *builder) reach(f *ssa.Function) *reached {
	r := &reached{b: b, f: f, from: map[ssa.Value]mask{}, holds: map[ssa.Value]mask{}}
	for i, p := range f.Params {
		if b.mutable(p.Type()) {
			r.from[p] = bit(i)
		}
	}
	for i, v := range f.FreeVars {
		r.from[v] = bit(len(f.Params) + i)
	}
	if len(r.from) == 0 {
		return r
	}
	for changed := true; changed; {
		changed = false
		for _, block := range f.Blocks {
			for _, instr := range block.Instrs {
				changed = r.spread(instr) || changed
			}
		}
	}
	return r
}

// full is what can be reached through a value: what it is reached from, and what its variable holds.
func (r *reached) full(v ssa.Value) mask { return r.from[v] | r.holds[root(v)] }

// root is the local variable whose memory an address or slice denotes, or the value itself.
func root(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		case *ssa.Slice:
			v = x.X
		default:
			return v
		}
	}
}

// spread adds what one instruction makes reachable.
func (r *reached) spread(instr ssa.Instruction) (changed bool) {
	if store, ok := instr.(*ssa.Store); ok {
		m := r.full(store.Val)
		to := root(store.Addr)
		if m&^r.holds[to] == 0 || !r.b.mutable(store.Val.Type()) {
			return false
		}
		r.holds[to] |= m
		return true
	}
	v, ok := instr.(ssa.Value)
	if !ok {
		return false
	}
	m := r.made(v)
	if m&^r.from[v] == 0 || !r.b.mutable(v.Type()) {
		return false
	}
	r.from[v] |= m
	return true
}

// made is what a value is reached from, by the values that it is made of.
func (r *reached) made(v ssa.Value) (m mask) {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return r.from[v.X]
	case *ssa.IndexAddr:
		return r.from[v.X]
	case *ssa.Alloc:
		return 0
	case *ssa.BinOp:
		return 0
	}
	var buf [8]*ssa.Value
	for _, op := range v.(ssa.Instruction).Operands(buf[:0]) {
		if *op != nil {
			m |= r.full(*op)
		}
	}
	return m
}

// effects collects the writes of the function itself and the calls that may write more.
func (r *reached) effects() *effects {
	e := &effects{}
	if r.f.Synthetic == "package initializer" { // it cannot be called
		return e
	}
	for _, block := range r.f.Blocks {
		cases := r.b.placeOf(r.f, block).cases
		for _, instr := range block.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				e.write(r.from[instr.Addr], cases)
				e.writeGlobal(instr.Addr, cases)
			case *ssa.MapUpdate:
				e.write(r.from[instr.Map], cases)
				e.writeGlobal(instr.Map, cases)
			case *ssa.Send:
				e.write(r.from[instr.Chan], cases)
			case *ssa.UnOp:
				if instr.Op == token.ARROW { // takes a value out of the channel
					e.write(r.from[instr.X], cases)
				}
			case *ssa.Select:
				for _, s := range instr.States {
					e.write(r.from[s.Chan], cases)
				}
			case *ssa.MakeClosure:
				r.closure(e, instr, cases)
			case ssa.CallInstruction:
				r.call(e, instr.Common(), cases)
			}
		}
	}
	return e
}

// closure counts what a literal writes to its captured variables where it is made.
func (r *reached) closure(e *effects, made *ssa.MakeClosure, cases []TypeID) {
	f, ok := made.Fn.(*ssa.Function)
	if !ok {
		return
	}
	if f.Parent() == nil { // a method value: whoever calls it may write to the receiver
		for _, v := range made.Bindings {
			e.write(r.full(v), cases)
		}
		return
	}
	p := passing{callee: f, cases: cases, args: make([]mask, len(f.Params), len(f.Params)+len(f.FreeVars))}
	for _, v := range made.Bindings {
		p.args = append(p.args, r.full(v))
	}
	e.calls = append(e.calls, p)
}

func (r *reached) call(e *effects, call *ssa.CallCommon, cases []TypeID) {
	if builtin, ok := call.Value.(*ssa.Builtin); ok {
		switch builtin.Name() {
		case "append", "copy", "delete", "clear", "close":
			e.write(r.from[call.Args[0]], cases)
		}
		return
	}
	if role, ok := roleOf(call); ok && role.Framework() != nil {
		return // frameworks do not touch the user's state
	}
	callee := r.b.callee(call)
	if callee == nil {
		r.unknown(e, call, cases)
		return
	}
	id := r.b.m.ID(callee)
	switch {
	case r.b.effects != nil && r.b.m.ssaFuncs[id] != nil:
		e.calls = append(e.calls, r.pass(call, r.b.m.ssaFuncs[id], cases))
	case r.b.m.InCone(id):
		p := r.pass(call, nil, cases)
		if fn := r.b.m.Func(id); fn != nil {
			for _, w := range fn.Writes {
				e.through(p, w)
			}
		}
	case roles.FrameworkOf(id.Package()) != nil, reads(id):
	default:
		r.unknown(e, call, cases)
	}
}

func (r *reached) pass(call *ssa.CallCommon, callee *ssa.Function, cases []TypeID) passing {
	p := passing{callee: callee, cases: cases}
	switched := r.b.flowOf(r.f).switched
	if isBound(r.b.callee(call)) {
		p.args = append(p.args, 0) // the receiver was counted where the method value was made
	}
	for _, arg := range call.Args {
		p.args = append(p.args, r.full(arg))
		if switched != nil && r.b.resolve(arg) == ssa.Value(switched) {
			p.forward = true
		}
	}
	return p
}

// unknown writes to everything that it is given.
func (r *reached) unknown(e *effects, call *ssa.CallCommon, cases []TypeID) {
	if made, ok := call.Value.(*ssa.Call); ok { // an iterator of the standard library reads
		if f := made.Call.StaticCallee(); f != nil && reads(funcID(f)) {
			return
		}
	}
	e.write(r.full(call.Value), cases)
	for _, arg := range call.Args {
		e.write(r.full(arg), cases)
	}
}

// mutable says whether a value of the type can lead to memory that somebody else sees. The frameworks' own types
// do not lead to the user's memory.
func (b *builder) mutable(t types.Type) bool {
	if known, ok := b.mutables[t]; ok {
		return known
	}
	b.mutables[t] = false // for recursive types: they are, if something else in them is
	m := b.computeMutable(t)
	b.mutables[t] = m
	return m
}

func (b *builder) computeMutable(t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		path := named.Obj().Pkg().Path()
		if path == "time" || path == "context" || roles.FrameworkOf(path) != nil && !roles.IsType(t, roles.ResourceType) {
			return false
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Pointer:
		role, isRole := roles.TypeOf(u)
		return !isRole || role.Kind == roles.ResourceType
	case *types.Struct:
		if roles.IsType(t, roles.ResourceType) { // what it holds is the user's
			return true
		}
		for i := range u.NumFields() {
			if b.mutable(u.Field(i).Type()) {
				return true
			}
		}
		return false
	case *types.Array:
		return b.mutable(u.Elem())
	case *types.Tuple:
		for i := range u.Len() {
			if b.mutable(u.At(i).Type()) {
				return true
			}
		}
		return false
	}
	return true
}
