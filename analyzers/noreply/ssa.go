package noreply

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

// isRole says whether a type, no pointer to it, has the role.
func isRole(t types.Type, kind roles.TypeKind) bool {
	_, pointer := types.Unalias(t).(*types.Pointer)
	return !pointer && roles.IsType(t, kind)
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

// helper is the called function of this package, or nil.
func (c *check) helper(call *ssa.CallCommon) *ssa.Function {
	callee := call.StaticCallee()
	if callee == nil {
		return nil
	}
	return c.m.SSAFunc(c.m.ID(callee))
}

// reads says whether a call is that of a method of the From or Caller itself, other than to answer.
func (c *check) reads(call *ssa.CallCommon, v ssa.Value, kind roles.TypeKind) bool {
	callee := call.StaticCallee()
	return callee != nil && callee.Signature.Recv() != nil && call.Args[0] == v &&
		roles.IsType(callee.Signature.Recv().Type(), kind)
}

// index of a parameter, the receiver first.
func index(p *ssa.Parameter) int { return slices.Index(p.Parent().Params, p) }

// fieldOf is the field that the address is of.
func fieldOf(addr *ssa.FieldAddr) *types.Var {
	if p, ok := types.Unalias(addr.X.Type()).Underlying().(*types.Pointer); ok {
		if s, ok := types.Unalias(p.Elem()).Underlying().(*types.Struct); ok {
			return s.Field(addr.Field).Origin()
		}
	}
	return nil
}

// tail says whether what a call returns is returned at once as the result, at most with a Continue or Timeout added.
func tail(call *ssa.Call) bool {
	if !isRole(call.Type(), roles.ResultType) || len(*call.Referrers()) == 0 {
		return false
	}
	for _, ref := range *call.Referrers() {
		if ref.Block() != call.Block() {
			return false
		}
		switch ref := ref.(type) {
		case *ssa.DebugRef, *ssa.Return:
		case *ssa.Store:
			if !returns(call.Block(), call) {
				return false
			}
		case *ssa.Call:
			role, ok := roleOf(ref.Common())
			if !ok || role.Kind != roles.Result || role.Effect == roles.Stops || !tail(ref) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// returns says whether a block ends with a return of the value, by way of the variable for the result.
func returns(b *ssa.BasicBlock, v ssa.Value) bool {
	ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
	if !ok || len(ret.Results) != 1 {
		return false
	}
	load, ok := ret.Results[0].(*ssa.UnOp)
	return ok && returning(load) == v
}

// effect is what a function does that matters to a caller who waits.
type effect uint8

const (
	never   effect = 1 << iota // returns
	exits                      // sends an exit signal, or stops a server
	notices                    // sends itself a message
)

// effectOf is what a call does, as far as the package shows.
func (c *check) effectOf(call *ssa.CallCommon) effect {
	if role, ok := roleOf(call); ok {
		switch role.Kind {
		case roles.Exit, roles.StopServer:
			return exits
		case roles.SendAfter, roles.SendEvery:
			return notices
		case roles.Cast, roles.TryCast:
			if c.own(call, role) {
				return notices
			}
		case roles.Send:
			if i := role.Target.Index(); i >= 0 && i < len(call.Args) && isSelf(call.Args[i]) {
				return notices
			}
		}
		return 0
	}
	f := c.helper(call)
	if f == nil {
		return 0
	}
	if e, ok := c.effects[f]; ok {
		return e
	}
	c.effects[f] = 0 // of one that calls itself
	e := never
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Return:
				if b != f.Recover {
					e &^= never
				}
			case ssa.CallInstruction:
				e |= c.effectOf(instr.Common()) &^ never
			}
		}
	}
	c.effects[f] = e
	return e
}

// own says whether a cast goes to a server of this package, which may be the one itself.
func (c *check) own(call *ssa.CallCommon, role roles.Func) bool {
	i := role.Server.Index()
	if targs := call.StaticCallee().TypeArgs(); i >= 0 && i < len(targs) {
		t := types.Unalias(targs[i])
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		named, ok := t.(*types.Named)
		return !ok || named.Obj().Pkg() == c.pass.Pkg
	}
	return true
}

func isSelf(v ssa.Value) bool {
	for {
		switch x := v.(type) {
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.ChangeInterface:
			v = x.X
		case *ssa.Call:
			role, ok := roleOf(x.Common())
			return ok && role.Kind == roles.Self
		default:
			return false
		}
	}
}

// mayStop says whether a server of the package may stop in another callback than HandleCall: then a message to itself
// may be how it ends.
func (c *check) mayStop() bool {
	for i := range c.m.Pkg.Servers {
		for _, kind := range []roles.CallbackKind{roles.HandleInfo, roles.HandleCast, roles.HandleContinue} {
			if cb := c.m.Pkg.Servers[i].Callback(kind); cb != nil {
				if f := c.m.SSAFunc(cb.Func); f == nil || c.returned(f)&(stops|unknown) != 0 {
					return true
				}
			}
		}
	}
	return false
}

// uses are how the package's functions are used.
type uses struct {
	calls   map[*ssa.Function][]*ssa.Call
	values  map[*ssa.Function]bool // otherwise than called
	invokes []*ssa.CallCommon      // through interfaces, whose result is not just returned
}

func (c *check) findUses() {
	c.uses = uses{calls: map[*ssa.Function][]*ssa.Call{}, values: map[*ssa.Function]bool{}}
	for _, f := range c.m.SSA.Funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				c.use(instr)
			}
		}
	}
}

func (c *check) use(instr ssa.Instruction) {
	var called ssa.Value
	if call, ok := instr.(ssa.CallInstruction); ok {
		common := call.Common()
		value, plain := call.(*ssa.Call)
		if common.IsInvoke() {
			if !plain || !tail(value) {
				c.uses.invokes = append(c.uses.invokes, common)
			}
		} else if plain {
			called = common.Value
			if g := c.helper(common); g != nil {
				c.uses.calls[g] = append(c.uses.calls[g], value)
			}
		}
	}
	var buf [8]*ssa.Value
	for _, operand := range instr.Operands(buf[:0]) {
		if f, ok := (*operand).(*ssa.Function); ok && *operand != called {
			if g := c.m.SSAFunc(c.m.ID(f)); g != nil {
				c.uses.values[g] = true
			}
		}
	}
}

// alone says whether nobody but the framework gets the function's result, or whoever does only passes it on.
func (c *check) alone(f *ssa.Function) bool {
	if c.uses.values[f] {
		return false
	}
	for _, call := range c.uses.calls[f] {
		if !tail(call) {
			return false
		}
	}
	recv := f.Signature.Recv()
	if recv == nil {
		return true
	}
	for _, invoke := range c.uses.invokes {
		iface, ok := invoke.Value.Type().Underlying().(*types.Interface)
		if ok && invoke.Method.Name() == f.Name() && (types.Implements(recv.Type(), iface) || isGeneric(recv.Type())) {
			return false
		}
	}
	return true
}

func isGeneric(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.TypeParams().Len() > 0
}

// leaves says whether HandleCalls leave requests to the function, and nobody else calls it: each call of it passes an
// open request and returns its result.
func (c *check) leaves(g *ssa.Function) bool {
	if ok, known := c.eligible[g]; known {
		return ok
	}
	c.eligible[g] = false // of one that calls itself
	if slices.Contains(c.callbacks, g) || !c.alone(g) || len(c.uses.calls[g]) == 0 {
		return false
	}
	for _, call := range c.uses.calls[g] {
		f := call.Parent()
		if !slices.Contains(c.callbacks, f) && !c.leaves(f) {
			return false
		}
	}
	c.eligible[g] = true
	return true
}
