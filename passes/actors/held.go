package actors

import (
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// held records a reference that is kept in a struct's field, or an interface of the cone, which may be one.
func (b *builder) held(f *ssa.Function, instr ssa.Instruction) {
	store, ok := instr.(*ssa.Store)
	if !ok || !refers(store.Val.Type()) && !b.ofCone(store.Val.Type()) {
		return
	}
	addr, ok := store.Addr.(*ssa.FieldAddr)
	if !ok {
		return
	}
	for { // what is stored into an embedded reference is what the struct around it is
		outer, ok := addr.X.(*ssa.FieldAddr)
		t := deref(addr.X.Type())
		if s := structOf(t); !ok || s == nil || !s.Field(addr.Field).Embedded() || b.isServer(t) {
			break
		}
		addr = outer
	}
	slot := b.field(addr.X, addr.Field)
	if slot.Kind != FieldInstance {
		return
	}
	h := Held{Field: slot.Value, Instance: b.reference(store.Val), Func: b.m.ID(f), Pos: b.pos(store.Pos())}
	if slot.Param != 0 {
		h.Owner = Instance{Kind: ParamInstance, Param: slot.Param}
	} else if _, fresh := b.resolve(addr.X).(*ssa.Alloc); !fresh {
		h.Owner = Instance{Kind: FieldInstance} // somebody's
	}
	if !h.Pos.IsValid() {
		h.Pos = b.pos(f.Pos())
	}
	b.m.Pkg.Held = append(b.m.Pkg.Held, h)
}

// ofCone says whether a type is an interface that the cone declares.
func (b *builder) ofCone(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && types.IsInterface(named) && named.Obj().Pkg() != nil && b.inCone(named.Obj().Pkg().Path())
}

func structOf(t types.Type) *types.Struct {
	s, _ := t.Underlying().(*types.Struct)
	return s
}

// embedded is the process that a struct variable denotes, by the reference that it embeds.
func (b *builder) embedded(alloc *ssa.Alloc) Instance {
	s := structOf(deref(alloc.Type()))
	if s == nil || b.isServer(deref(alloc.Type())) || alloc.Referrers() == nil {
		return Instance{}
	}
	var kept *ssa.Store
	for _, ref := range *alloc.Referrers() {
		addr, ok := ref.(*ssa.FieldAddr)
		if !ok || !s.Field(addr.Field).Embedded() || !denotes(s.Field(addr.Field).Type()) {
			continue
		}
		for _, use := range *addr.Referrers() {
			store, ok := use.(*ssa.Store)
			if !ok || store.Addr != ssa.Value(addr) {
				continue
			}
			if kept != nil {
				return Instance{}
			}
			kept = store
		}
	}
	if kept == nil {
		return Instance{}
	}
	if b.embeds++; b.embeds > maxFollow { // a variable that is made of itself
		return Instance{}
	}
	defer func() { b.embeds-- }()
	return b.instance(kept.Val)
}

// childRef is the child that a value is, as its reference has it. It does not read what the child is made of, which
// may be the child itself.
func (b *builder) childRef(v ssa.Value) Instance {
	call, role, ok := b.roleCall(b.resolve(v))
	if ok {
		switch role.Kind {
		case roles.ChildMaker:
			from, _ := b.syntax.extent(call)
			id, _ := b.stringOf(argument(call.Common(), role.ID))
			return Instance{Kind: ChildInstance, Value: id, Pos: b.pos(from)}
		case roles.ChildModifier:
			in := b.childRef(call.Call.Args[0])
			if role.Modifier == roles.SetID && in.Kind == ChildInstance {
				in.Value, _ = b.stringOf(argument(call.Common(), role.Value))
			}
			return in
		case roles.ChildMap:
			return b.childRef(argument(call.Common(), role.Child))
		}
		return Instance{}
	}
	if c := b.childOf(v); c != nil {
		return Instance{Kind: ChildInstance, Value: c.ID, Pos: c.Pos}
	}
	return Instance{}
}

// isServer says whether a type, without pointer, is a server's.
func (b *builder) isServer(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	id := TypeID(namedID(named, b.pass.Fset, false))
	if named.Obj().Pkg() != b.pass.Pkg {
		return b.m.Server(id) != nil
	}
	return slices.ContainsFunc(b.m.Pkg.Servers, func(s Server) bool { return s.Type.Elem() == id })
}

// denotes says whether a value of the type denotes a process: a reference, what embeds one, or a context.
func denotes(t types.Type) bool { return refers(t) || isContext(t) }

func isContext(t types.Type) bool {
	return roles.IsType(t, roles.ContextType) || roles.IsType(t, roles.ProcessContextType) || isStdContext(t)
}

func isStdContext(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context" && named.Obj().Name() == "Context"
}

// derived is the process that a context stands for which the standard library made.
func (b *builder) derived(call *ssa.CallCommon) Instance {
	callee := call.StaticCallee()
	if callee == nil || callee.Pkg == nil || callee.Pkg.Pkg.Path() != "context" {
		return Instance{}
	}
	if len(call.Args) == 0 { // Background, TODO
		return Instance{Kind: NoInstance}
	}
	if isStdContext(call.Args[0].Type()) {
		return b.instance(call.Args[0])
	}
	return Instance{}
}

// synchronous lists packages whose functions run the functions that they get before they return.
var synchronous = map[string]bool{"slices": true, "maps": true, "sort": true, "strings": true, "bytes": true, "path/filepath": true, "io/fs": true}

// runsNow says whether a literal that an instruction makes, or gives away, runs before its function goes on.
func (b *builder) runsNow(instr ssa.Instruction, literal *ssa.Function) bool {
	switch instr := instr.(type) {
	case *ssa.MakeClosure:
		if instr.Referrers() == nil || len(*instr.Referrers()) == 0 {
			return false
		}
		for _, ref := range *instr.Referrers() {
			if _, debug := ref.(*ssa.DebugRef); !debug && !b.callsNow(ref, instr) {
				return false
			}
		}
		return true
	default:
		return b.callsNow(instr, literal)
	}
}

// callsNow says whether an instruction is a call that runs its argument v before it returns.
func (b *builder) callsNow(instr ssa.Instruction, v ssa.Value) bool {
	if change, ok := instr.(*ssa.ChangeType); ok { // to a named function type
		for _, ref := range *change.Referrers() {
			if !b.callsNow(ref, change) {
				return false
			}
		}
		return len(*change.Referrers()) > 0
	}
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	callee := b.callee(call.Common())
	if callee == nil { // for x := range iterator
		f, _ := v.(*ssa.MakeClosure)
		return f != nil && f.Fn.(*ssa.Function).Synthetic == "range-over-func yield"
	}
	if f, ok := v.(*ssa.MakeClosure); ok && f.Fn.(*ssa.Function).Synthetic == "range-over-func yield" {
		return true
	}
	id := b.m.ID(callee)
	if synchronous[id.Package()] || id == "(*sync.Once).Do" || id == "(*sync.Map).Range" {
		return true
	}
	for i, arg := range call.Call.Args {
		if arg == v && (i >= len(callee.Params) || !onlyCalls(callee.Params[i])) {
			return false
		}
	}
	return len(callee.Params) > 0
}

// onlyCalls says whether a function does nothing with a parameter but call it.
func onlyCalls(p *ssa.Parameter) bool {
	if p.Referrers() == nil || len(*p.Referrers()) == 0 {
		return false
	}
	for _, ref := range *p.Referrers() {
		switch ref := ref.(type) {
		case *ssa.DebugRef:
		case *ssa.Call:
			if ref.Call.Value != ssa.Value(p) || slices.Contains(ref.Call.Args, ssa.Value(p)) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (b *builder) holds(f FuncID) bool {
	return slices.ContainsFunc(b.m.Pkg.Held, func(h Held) bool { return h.Func == f })
}

// refers records that an argument denotes a process.
func (b *builder) refers(e *Edge, param int, arg ssa.Value) {
	t, receiver := arg.Type(), e.Kind == InvokeEdge && param == 1
	if param > 255 || !receiver && !denotes(t) && !b.isServer(deref(t)) && !b.ofCone(t) {
		return
	}
	in := b.instance(arg)
	if !b.isServer(deref(arg.Type())) {
		in = b.reference(arg)
	}
	if in.Kind != UnknownInstance {
		e.Refs = append(e.Refs, RefArg{roles.Arg(param), in})
	}
}

// reference is the process that a reference denotes. A server's state that embeds one denotes another process.
func (b *builder) reference(v ssa.Value) Instance {
	if v == nil || b.isServer(deref(b.resolve(v).Type())) {
		return Instance{}
	}
	return b.instance(v)
}
