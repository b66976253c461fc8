package actors

import (
	"go/constant"
	"go/types"

	"github.com/otplint/otplint/passes/actorssa"
	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// resolve follows a value back to what made it: through conversions, variables that are assigned once, captured
// variables, and joins whose branches agree. What it cannot follow it returns as it is.
func (b *builder) resolve(v ssa.Value) ssa.Value {
	return b.follow(v, 0)
}

const maxFollow = 32 // a bound for pathological chains, far above what code has

func (b *builder) follow(v ssa.Value, depth int) ssa.Value {
	if depth > maxFollow {
		return v
	}
	var next ssa.Value
	switch v := v.(type) {
	case *ssa.ChangeType:
		next = v.X
	case *ssa.ChangeInterface:
		next = v.X
	case *ssa.MakeInterface:
		next = v.X
	case *ssa.Convert:
		next = v.X
	case *ssa.UnOp:
		next = b.loaded(v, depth)
	case *ssa.FreeVar:
		next = actorssa.Binding(v)
	case *ssa.Phi:
		next = b.agreed(v, depth)
	}
	if next == nil {
		return v
	}
	return b.follow(next, depth+1)
}

// loaded is the one value that the variable behind a load ever has, or nil.
func (b *builder) loaded(load *ssa.UnOp, depth int) ssa.Value {
	if load.Op.String() != "*" {
		return nil
	}
	addr := load.X
	for i := 0; i < maxFollow; i++ {
		free, ok := addr.(*ssa.FreeVar)
		if !ok {
			break
		}
		if addr = actorssa.Binding(free); addr == nil {
			return nil
		}
	}
	switch addr := addr.(type) {
	case *ssa.Alloc:
		return onlyStore(addr)
	case *ssa.Global:
		return b.globals[addr]
	}
	return nil
}

// onlyStore is the value of a variable that is stored to once, or nil. Literals that capture it count as stores
// if they store to it; any other use of its address may store.
func onlyStore(addr ssa.Value) ssa.Value {
	var stored ssa.Value
	if !visitStores(addr, &stored, 0) {
		return nil
	}
	return stored
}

func visitStores(addr ssa.Value, stored *ssa.Value, depth int) bool {
	if depth > maxFollow || addr.Referrers() == nil {
		return false
	}
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.FieldAddr, *ssa.IndexAddr: // partial reads are harmless, partial writes are not
			if !onlyLoaded(ref.(ssa.Value)) {
				return false
			}
		case *ssa.Store:
			if ref.Addr != addr || *stored != nil {
				return false
			}
			*stored = ref.Val
		case *ssa.MakeClosure:
			f, ok := ref.Fn.(*ssa.Function)
			if !ok {
				return false
			}
			for i, bound := range ref.Bindings {
				if bound == addr && !visitStores(f.FreeVars[i], stored, depth+1) {
					return false
				}
			}
		case ssa.CallInstruction: // a method called on the variable; methods of framework values do not replace them
			if callee := ref.Common().StaticCallee(); callee == nil || !isRole(callee) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func onlyLoaded(addr ssa.Value) bool {
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.FieldAddr:
			if !onlyLoaded(ref) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// agreed is the value that all edges of a phi have, or nil.
func (b *builder) agreed(phi *ssa.Phi, depth int) ssa.Value {
	if len(phi.Edges) > 8 {
		return nil
	}
	var all ssa.Value
	for _, e := range phi.Edges {
		v := b.follow(e, depth+maxFollow/4)
		if all != nil && v != all {
			return nil
		}
		all = v
	}
	if all == ssa.Value(phi) {
		return nil
	}
	return all
}

// findGlobals finds the package variables that are assigned once.
func (b *builder) findGlobals() {
	for _, f := range b.m.SSA.Funcs {
		for _, block := range f.Blocks {
			for _, instr := range block.Instrs {
				store, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				if g, ok := store.Addr.(*ssa.Global); ok {
					if _, again := b.globals[g]; again {
						b.globals[g] = nil
					} else {
						b.globals[g] = store.Val
					}
				}
			}
		}
	}
}

// roleOf is the role of a called function.
func roleOf(call *ssa.CallCommon) (roles.Func, bool) {
	callee := call.StaticCallee()
	if callee == nil {
		return roles.Func{}, false
	}
	obj, ok := callee.Object().(*types.Func)
	if !ok {
		return roles.Func{}, false
	}
	return roles.Of(obj)
}

func isRole(f *ssa.Function) bool {
	obj, ok := f.Object().(*types.Func)
	if !ok {
		return false
	}
	_, ok = roles.Of(obj)
	return ok
}

// roleCall is the call, with its role, that made a value.
func (b *builder) roleCall(v ssa.Value) (*ssa.Call, roles.Func, bool) {
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil, roles.Func{}, false
	}
	role, ok := roleOf(call.Common())
	return call, role, ok
}

// argument is an argument named by a role, or nil.
func argument(call *ssa.CallCommon, arg roles.Arg) ssa.Value {
	i := arg.Index()
	if i < 0 {
		return nil
	}
	if call.Signature().Recv() != nil {
		i++
	}
	if i >= len(call.Args) {
		return nil
	}
	return call.Args[i]
}

// stringOf is a constant string, or the enclosing declared function's parameter that gives it.
func (b *builder) stringOf(v ssa.Value) (string, roles.Arg) {
	if v == nil {
		return "", 0
	}
	switch v := b.resolve(v).(type) {
	case *ssa.Const:
		if v.Value != nil && v.Value.Kind() == constant.String {
			return constant.StringVal(v.Value), 0
		}
	case *ssa.Parameter:
		return "", paramOf(v)
	}
	return "", 0
}

// paramOf is a parameter's number, the receiver first. A literal's own parameters are not anyone's.
func paramOf(p *ssa.Parameter) roles.Arg {
	if p.Parent().Parent() != nil {
		return 0
	}
	for i, q := range p.Parent().Params {
		if p == q && i < 255 {
			return roles.Arg(i + 1)
		}
	}
	return 0
}

// outermost is the declared function that a literal stands in.
func outermost(f *ssa.Function) *ssa.Function {
	for f.Parent() != nil {
		f = f.Parent()
	}
	return f
}

// funcOf is the function that a value is: a declared one, a literal, a method value; nil if unknown.
func (b *builder) funcOf(v ssa.Value) *ssa.Function {
	if v == nil {
		return nil
	}
	switch v := b.resolve(v).(type) {
	case *ssa.Function:
		return v
	case *ssa.MakeClosure:
		f, _ := v.Fn.(*ssa.Function)
		return f
	}
	return nil
}

// instance is the process that a reference denotes.
func (b *builder) instance(v ssa.Value) Instance {
	if v == nil {
		return Instance{}
	}
	switch v := b.resolve(v).(type) {
	case *ssa.Call:
		return b.instanceOfCall(v)
	case *ssa.Extract: // ctx, cancel := context.WithTimeout(ctx, d)
		if call, ok := v.Tuple.(*ssa.Call); ok && v.Index == 0 {
			return b.instanceOfCall(call)
		}
	case *ssa.Parameter:
		if p := paramOf(v); p != 0 {
			return Instance{Kind: ParamInstance, Param: p}
		}
	case *ssa.UnOp:
		switch addr := v.X.(type) {
		case *ssa.Alloc:
			return b.embedded(addr)
		case *ssa.FieldAddr:
			return b.field(addr.X, addr.Field)
		case *ssa.Global:
			return Instance{Kind: GlobalInstance, Value: addr.Pkg.Pkg.Path() + "." + addr.Name()}
		}
	case *ssa.Field:
		return b.field(v.X, v.Field)
	}
	return Instance{}
}

func (b *builder) instanceOfCall(call *ssa.Call) Instance {
	role, ok := roleOf(call.Common())
	if !ok {
		return b.derived(call.Common())
	}
	switch role.Kind {
	case roles.Parent:
		return Instance{Kind: ParentInstance}
	case roles.NamedRef:
		if name, _ := b.stringOf(argument(call.Common(), role.ID)); name != "" {
			return Instance{Kind: NamedInstance, Value: name}
		}
	case roles.RefTo, roles.View:
		return b.instance(argument(call.Common(), role.Target))
	case roles.Dest:
		return b.instance(call.Call.Args[0])
	case roles.Self:
		return Instance{Kind: SelfInstance}
	case roles.ChildRef:
		if in := b.childRef(call.Call.Args[0]); in.Kind != UnknownInstance {
			return in
		}
		return b.instance(call.Call.Args[0]) // a child that is a parameter or a field
	}
	return Instance{}
}

// field is the process that a field's reference denotes. A reference that a struct embeds is what the struct is.
func (b *builder) field(owner ssa.Value, index int) Instance {
	t := types.Unalias(owner.Type())
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || index >= s.NumFields() {
		return Instance{}
	}
	if f := s.Field(index); f.Embedded() && denotes(f.Type()) && !b.isServer(t) {
		if b.embeds++; b.embeds > maxFollow { // a variable that is made of itself
			return Instance{}
		}
		defer func() { b.embeds-- }()
		switch owner := owner.(type) {
		case *ssa.Alloc:
			return b.instance(onlyStore(owner))
		case *ssa.FieldAddr:
			return b.field(owner.X, owner.Field)
		}
		return b.instance(owner)
	}
	in := Instance{Kind: FieldInstance, Value: string(b.typeID(t).Origin()) + "." + s.Field(index).Name()}
	if of := b.instance(owner); of.Kind == ParamInstance && b.isServer(t) {
		in.Param = of.Param
	}
	return in
}

// refers says whether a value of the type denotes a process: a reference, or a struct that embeds one.
func refers(t types.Type) bool {
	const depth = 4 // of embedding
	for range depth {
		if row, ok := roles.TypeOf(t); ok {
			return row.Kind.Refers()
		}
		s, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return false
		}
		t = nil
		for i := range s.NumFields() {
			if f := s.Field(i); f.Embedded() && (t == nil || roles.IsType(f.Type(), roles.RefType)) {
				t = f.Type()
			}
		}
		if t == nil {
			return false
		}
	}
	return false
}
