package ownership

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// calleeOf is StaticCallee, seen through variables that are assigned once, and
// through instantiation.
func calleeOf(c *ssa.CallCommon) *ssa.Function {
	if c.IsInvoke() {
		return nil
	}
	return functionOf(c.Value)
}

func functionOf(v ssa.Value) *ssa.Function {
	switch v := assigned(v).(type) {
	case *ssa.Function:
		if o := v.Origin(); o != nil {
			return o
		}
		return v
	case *ssa.MakeClosure:
		return v.Fn.(*ssa.Function)
	case *ssa.ChangeType:
		return functionOf(v.X)
	}
	return nil
}

// assigned follows a load of a variable that is stored to exactly once to the
// value stored, through closures' captures.
func assigned(v ssa.Value) ssa.Value {
	for range 8 {
		load, ok := v.(*ssa.UnOp)
		if !ok || load.Op != token.MUL {
			return v
		}
		store := onlyStore(captured(load.X))
		if store == nil {
			return v
		}
		v = store.Val
	}
	return v
}

// captured follows a free variable to what it is bound to.
func captured(v ssa.Value) ssa.Value {
	for {
		fv, ok := v.(*ssa.FreeVar)
		if !ok {
			return v
		}
		b := bindingOf(fv)
		if b == nil {
			return v
		}
		v = b
	}
}

func bindingOf(fv *ssa.FreeVar) ssa.Value {
	fn := fv.Parent()
	if fn.Parent() == nil {
		return nil
	}
	for i, x := range fn.FreeVars {
		if x != fv {
			continue
		}
		for _, b := range fn.Parent().Blocks {
			for _, in := range b.Instrs {
				if mc, ok := in.(*ssa.MakeClosure); ok && mc.Fn == fn {
					return mc.Bindings[i]
				}
			}
		}
	}
	return nil
}

// onlyStore returns the single store to a local variable, also counting stores
// by the closures that capture it, or nil.
func onlyStore(addr ssa.Value) *ssa.Store {
	alloc, ok := addr.(*ssa.Alloc)
	if !ok {
		return nil
	}
	var only *ssa.Store
	n := 0
	var visit func(v ssa.Value)
	visit = func(v ssa.Value) {
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.Store:
				if ref.Addr == v {
					only = ref
				}
				n++
			case *ssa.MakeClosure:
				for i, b := range ref.Bindings {
					if b == v {
						visit(ref.Fn.(*ssa.Function).FreeVars[i])
					}
				}
			case *ssa.UnOp, *ssa.DebugRef:
			default:
				n += 2 // its address goes elsewhere
			}
		}
	}
	visit(alloc)
	if n == 1 {
		return only
	}
	return nil
}
