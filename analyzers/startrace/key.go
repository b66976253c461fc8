package startrace

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

func roleOf(call *ssa.Call) (roles.Func, bool) {
	callee := call.Call.StaticCallee()
	if callee == nil {
		return roles.Func{}, false
	}
	obj, ok := callee.Object().(*types.Func)
	if !ok {
		return roles.Func{}, false
	}
	return roles.Of(obj)
}

func argument(call *ssa.Call, arg roles.Arg) ssa.Value {
	i := arg.Index()
	if i < 0 {
		return nil
	}
	if call.Call.Signature().Recv() != nil {
		i++
	}
	if i >= len(call.Call.Args) {
		return nil
	}
	return call.Call.Args[i]
}

// result is the i-th result of a call; the last for -1.
func result(call *ssa.Call, i int) ssa.Value {
	n := call.Call.Signature().Results().Len()
	if i < 0 {
		i += n
	}
	if n == 1 && i == 0 {
		return call
	}
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == i {
			return e
		}
	}
	return nil
}

// lookup is the lookup that a call is, or does in a function of the package that returns whether it found one.
func (c *code) lookup(call *ssa.Call) (use, bool) {
	if role, ok := roleOf(call); ok {
		if role.Kind != roles.Lookup || role.ID == 0 {
			return use{}, false
		}
		u := use{call: call, key: argument(call, role.ID), tell: result(call, -1)}
		if role.Recv != "" {
			u.in = call.Call.Args[0]
		}
		return u, true
	}
	callee := c.own(call)
	if callee == nil || callee.Signature.Results().Len() == 0 || !isBool(callee.Signature.Results().At(callee.Signature.Results().Len()-1).Type()) {
		return use{}, false
	}
	inner, ok := c.only(callee, func(call *ssa.Call) (use, bool) {
		role, ok := roleOf(call)
		if !ok || role.Kind != roles.Lookup {
			return use{}, false
		}
		return c.lookup(call)
	})
	if !ok || inner.tell == nil || !returned(callee, inner.tell) {
		return use{}, false
	}
	u, ok := given(call, callee, inner)
	u.tell = result(call, -1)
	return u, ok
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// start is the start under a key that a call is, or does in a function of the package that returns the error.
func (c *code) start(call *ssa.Call) (use, bool) {
	if role, ok := roleOf(call); ok {
		return c.startBy(call, role)
	}
	callee := c.own(call)
	if callee == nil || c.expects(callee) {
		return use{}, false
	}
	inner, ok := c.only(callee, func(call *ssa.Call) (use, bool) {
		if role, ok := roleOf(call); ok {
			return c.startBy(call, role)
		}
		return use{}, false
	})
	if !ok || inner.tell == nil || !returned(callee, inner.tell) || locks(callee, inner.call) {
		return use{}, false
	}
	if _, looks := c.only(callee, c.lookup); looks {
		return use{}, false // judged there
	}
	u, ok := given(call, callee, inner)
	u.tell = result(call, -1)
	return u, ok
}

func (c *code) startBy(call *ssa.Call, role roles.Func) (use, bool) {
	u := use{call: call, tell: result(call, -1)}
	switch role.Kind {
	case roles.Start, roles.StartLink, roles.Spawn, roles.SpawnLink:
		for _, option := range options(call) {
			if c.keyOf(&u, option, roles.StartOption) {
				return u, true
			}
		}
	case roles.StartChild:
		if child := argument(call, role.Child); child != nil {
			return u, c.keyOfChild(&u, child, 0)
		}
	}
	return use{}, false
}

// keyOfChild finds the name or entry that a child is given.
func (c *code) keyOfChild(u *use, v ssa.Value, depth int) bool {
	call, ok := follow(v).(*ssa.Call)
	if !ok || depth > 6 {
		return false
	}
	role, ok := roleOf(call)
	if !ok {
		callee := c.own(call)
		if callee == nil {
			return false
		}
		inner := use{call: call}
		for _, block := range callee.Blocks {
			for _, instr := range block.Instrs {
				ret, ok := instr.(*ssa.Return)
				if !ok {
					continue
				}
				if inner.key != nil || len(ret.Results) != 1 || !c.keyOfChild(&inner, ret.Results[0], depth+1) {
					return false
				}
			}
		}
		out, ok := given(call, callee, inner)
		u.in, u.key = out.in, out.key
		return ok
	}
	switch role.Kind {
	case roles.ChildModifier:
		return c.keyOf(u, call, roles.ChildModifier) || c.keyOfChild(u, call.Call.Args[0], depth+1)
	case roles.ChildMap:
		return c.keyOfChild(u, argument(call, role.Child), depth+1)
	case roles.ChildMaker:
		for _, option := range options(call) {
			if c.keyOf(u, option, roles.StartOption) {
				return true
			}
		}
	}
	return false
}

// keyOf is the name or entry that an option or modifier gives.
func (c *code) keyOf(u *use, v ssa.Value, kind roles.Kind) bool {
	call, ok := follow(v).(*ssa.Call)
	if !ok {
		return false
	}
	role, ok := roleOf(call)
	if !ok || role.Kind != kind || len(call.Call.Args) == 0 {
		return false
	}
	last := call.Call.Args[len(call.Call.Args)-1]
	if roles.IsType(last.Type(), roles.NameType) {
		u.key = last
		return true
	}
	entry, ok := follow(last).(*ssa.Call)
	if !ok || len(entry.Call.Args) < 2 || !roles.IsType(entry.Call.Args[0].Type(), roles.DirectoryType) {
		return false
	}
	u.in, u.key = entry.Call.Args[0], entry.Call.Args[1]
	return true
}

// options are the elements of a call's variadic argument.
func options(call *ssa.Call) (all []ssa.Value) {
	if len(call.Call.Args) == 0 {
		return nil
	}
	slice, ok := call.Call.Args[len(call.Call.Args)-1].(*ssa.Slice)
	if !ok || slice.X.Referrers() == nil {
		return nil
	}
	for _, ref := range *slice.X.Referrers() {
		addr, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, use := range *addr.Referrers() {
			if store, ok := use.(*ssa.Store); ok && store.Addr == ssa.Value(addr) {
				all = append(all, store.Val)
			}
		}
	}
	return all
}

// own is the declared function of the package that a call runs.
func (c *code) own(call *ssa.Call) *ssa.Function {
	callee := call.Call.StaticCallee()
	if callee == nil {
		return nil
	}
	return c.m.SSAFunc(c.m.ID(callee))
}

// only is the one call in a function that is of the kind.
func (c *code) only(f *ssa.Function, is func(*ssa.Call) (use, bool)) (only use, ok bool) {
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			call, isCall := instr.(*ssa.Call)
			if !isCall || call.Call.StaticCallee() == f {
				continue
			}
			if u, found := is(call); found {
				if ok {
					return use{}, false
				}
				only, ok = u, true
			}
		}
	}
	return only, ok
}

// returned says whether a function returns the value as its last result, and otherwise only constants.
func returned(f *ssa.Function, v ssa.Value) bool {
	found := false
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			ret, ok := instr.(*ssa.Return)
			if !ok || len(ret.Results) == 0 {
				continue
			}
			last := follow(ret.Results[len(ret.Results)-1])
			if call, isCall := last.(*ssa.Call); last == v || isCall && ssa.Value(call) == v {
				found = true
			} else if _, isConst := last.(*ssa.Const); !isConst {
				return false
			}
		}
	}
	return found
}

// given is a callee's use with what its caller gives for key and registry.
func given(call *ssa.Call, callee *ssa.Function, inner use) (use, bool) {
	arg := func(v ssa.Value) (ssa.Value, bool) {
		v = follow(v)
		switch v := v.(type) {
		case *ssa.Const, *ssa.Global:
			return v, true
		case *ssa.Parameter:
			for i, p := range callee.Params {
				if p == v && i < len(call.Call.Args) {
					return call.Call.Args[i], true
				}
			}
		case *ssa.UnOp: // a field of the receiver, or of a parameter; a package variable
			if _, ok := v.X.(*ssa.Global); ok {
				return v, true
			}
			if addr, ok := v.X.(*ssa.FieldAddr); ok {
				p, ok := base(addr.X).(*ssa.Parameter)
				return v, ok && isReceiver(p) && onReceiver(call, callee) && types.Identical(p.Type(), callee.Params[0].Type())
			}
		}
		return nil, false
	}
	out := use{call: call}
	var ok bool
	if inner.in != nil {
		if out.in, ok = arg(inner.in); !ok {
			return use{}, false
		}
	}
	if inner.key == nil {
		return use{}, false
	}
	out.key, ok = arg(inner.key)
	return out, ok
}

// onReceiver says whether a method calls another of its own receiver.
func onReceiver(call *ssa.Call, callee *ssa.Function) bool {
	if callee.Signature.Recv() == nil || len(call.Call.Args) == 0 {
		return false
	}
	p, ok := base(call.Call.Args[0]).(*ssa.Parameter)
	return ok && isReceiver(p)
}
