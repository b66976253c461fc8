package actors

import (
	"cmp"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"time"

	"github.com/otplint/otplint/passes/actorssa"
	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// returned is the children that a function returns.
type returned struct {
	children []Child
	open     bool
}

// childOf is the child that a value is, or nil. Each making call gives one child, whatever modifies it later.
func (b *builder) childOf(v ssa.Value) *Child {
	v = b.resolve(v)
	if c, ok := b.children[v]; ok {
		return c
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	b.children[v] = nil // a child cannot be made of itself
	c := b.childOfCall(call)
	b.children[v] = c
	return c
}

func (b *builder) childOfCall(call *ssa.Call) *Child {
	role, ok := roleOf(call.Common())
	if !ok {
		if callee := b.callee(call.Common()); callee != nil {
			if c := b.childFrom(call, callee); c != nil {
				return c
			}
		}
		return nil
	}
	switch role.Kind {
	case roles.ChildMaker:
		return b.made(call, role)
	case roles.ChildMap:
		return b.childOf(argument(call.Common(), role.Child))
	case roles.ChildModifier:
		if of := b.childOf(call.Call.Args[0]); of != nil {
			c := *of
			b.modify(&c, argument(call.Common(), role.Value), role.Modifier, call.Pos())
			return &c
		}
	}
	return nil
}

// made is the child that a maker's call makes.
func (b *builder) made(call *ssa.Call, role roles.Func) *Child {
	common := call.Common()
	from, _ := b.syntax.extent(call)
	c := &Child{Kind: role.ChildKind, Pos: b.pos(from), Restart: cmp.Or(role.Restart, roles.Permanent), Loop: b.placeOf(call.Parent(), call.Block()).loop}
	b.identify(c, argument(common, role.ID))
	if server := nth(typeArgs(common), role.Server); server != nil {
		c.Server = b.typeID(server)
	} else if role.ChildKind == roles.ServerChild {
		c.Server = b.referred(call, role).Type
	}
	c.Name, _ = b.startName(common)
	if body := b.funcOf(argument(common, role.Body)); body != nil {
		c.Factory = b.m.ID(body)
		c.Uses = b.uses(body)
	}
	if maker := b.funcOf(argument(common, role.Makes)); maker != nil {
		b.many(c, maker)
	}
	if role.ChildKind == roles.SupervisorChild {
		c.Tree = b.tree(call, role, c)
	}
	return c
}

// identify gives the child its id.
func (b *builder) identify(c *Child, id ssa.Value) {
	c.ID, c.IDParam = b.stringOf(id)
	c.IDData, c.IDFrom = b.origin(id)
}

// many makes c stand for the children that a function makes for it, many times.
func (b *builder) many(c *Child, maker *ssa.Function) {
	c.Loop = true
	r := b.returned(maker)
	if r.open || len(r.children) != 1 {
		return
	}
	of := r.children[0]
	c.Of = &of
	c.Server, c.Factory, c.Uses = of.Server, of.Factory, of.Uses
}

// childFrom is the child that a call of the user's own function returns: the callee's summary with the call's
// arguments.
func (b *builder) childFrom(call *ssa.Call, callee *ssa.Function) *Child {
	r := b.returned(callee)
	if r.open || len(r.children) != 1 || !isChild(call.Type()) {
		return nil
	}
	c := b.substitute(r.children[0], call, callee)
	return &c
}

func (b *builder) substitute(c Child, call *ssa.Call, callee *ssa.Function) Child {
	from, _ := b.syntax.extent(call)
	at := b.pos(from)
	c.Via = append([]Hop{{Func: b.m.ID(callee), Pos: at}}, c.Via...)
	c.Pos = at
	if c.Server == anyArg { // a generic function made it: its result tells what
		c.Server = b.referredBy(call.Type()).Type
	}
	c.Loop = c.Loop || b.placeOf(call.Parent(), call.Block()).loop
	if i := c.IDParam.Index(); i >= 0 && i < len(call.Call.Args) {
		b.identify(&c, call.Call.Args[i])
	} else if i := c.IDFrom.Index(); i >= 0 && i < len(call.Call.Args) && !c.IDData {
		c.IDData, c.IDFrom = b.origin(call.Call.Args[i])
	}
	c.Uses = slices.Clip(c.Uses)
	for _, arg := range call.Call.Args {
		c.Uses = append(c.Uses, b.usesIn(arg, 0)...)
		if body := b.funcOf(arg); body != nil && body.Parent() != nil {
			c.Uses = append(c.Uses, b.uses(body)...)
		}
	}
	return c
}

// modify applies a modifier, whose parenthesis is at at.
func (b *builder) modify(c *Child, v ssa.Value, what roles.Modifier, at token.Pos) {
	switch what {
	case roles.SetID:
		b.identify(c, v)
	case roles.SetRestart:
		c.Restart = 0
		if k, ok := b.resolve(v).(*ssa.Const); ok {
			if row, ok := roles.ConstOf(k.Type(), k.Value); ok {
				c.Restart = row.Restart
			}
		}
		c.RestartAt = b.pos(at)
	case roles.SetShutdown:
		if k, ok := b.resolve(v).(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.Int {
			c.Shutdown, c.HasShutdown = time.Duration(k.Int64()), true
		}
	case roles.SetName:
		c.Name, _ = b.stringOf(v)
	case roles.SetSignificant:
		c.Significant = true
	case roles.SetVia: // an entry of a registry, which is a sibling as a rule
		if entry, ok := b.resolve(v).(*ssa.Call); ok {
			c.Uses = slices.Clip(c.Uses)
			for _, arg := range entry.Call.Args {
				for _, u := range b.usesIn(arg, 0) {
					u.Entry = true
					c.Uses = append(c.Uses, u)
				}
			}
		}
	}
}

// use is the reference of a child that a value is.
func (b *builder) use(v ssa.Value) (Use, bool) {
	call, role, ok := b.roleCall(b.resolve(v))
	if !ok || role.Kind != roles.ChildRef {
		return Use{}, false
	}
	of := b.childOf(call.Call.Args[0])
	if of == nil {
		return Use{}, false
	}
	from, _ := b.syntax.extent(call)
	return Use{Child: of.Pos, ID: of.ID, Type: b.typeID(call.Type()), Pos: b.pos(from)}, true
}

// usesIn are the references that an argument is or, as a struct, holds.
func (b *builder) usesIn(v ssa.Value, depth int) (all []Use) {
	if u, ok := b.use(v); ok {
		return []Use{u}
	}
	v = b.resolve(v)
	if load, ok := v.(*ssa.UnOp); ok {
		v = load.X
	}
	alloc, ok := v.(*ssa.Alloc)
	if !ok || depth > 4 {
		return nil
	}
	return b.usesOf(alloc, depth)
}

// usesOf are the references stored into a struct or what it holds.
func (b *builder) usesOf(addr ssa.Value, depth int) (all []Use) {
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.FieldAddr:
			all = append(all, b.usesOf(ref, depth)...)
		case *ssa.Store:
			if ref.Addr == addr {
				all = append(all, b.usesIn(ref.Val, depth+1)...)
			}
		}
	}
	return all
}

// uses are the references of children that a factory takes, or has captured.
func (b *builder) uses(f *ssa.Function) []Use {
	var all []Use
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if u, ok := b.use(call); ok {
					all = append(all, u)
				}
			}
		}
	}
	for _, free := range f.FreeVars {
		v := ssa.Value(free)
		if bound := actorssa.Binding(free); bound != nil {
			if alloc, ok := bound.(*ssa.Alloc); ok {
				if stored := onlyStore(alloc); stored != nil {
					v = stored
				} else { // a struct, perhaps
					all = append(all, b.usesOf(alloc, 0)...)
				}
			}
		}
		if u, ok := b.use(v); ok {
			all = append(all, u)
		}
	}
	for _, anon := range f.AnonFuncs {
		all = append(all, b.uses(anon)...)
	}
	return all
}

// tree is the supervisor that a maker's call declares.
func (b *builder) tree(call *ssa.Call, role roles.Func, c *Child) *Tree {
	t := &Tree{ID: c.ID, Pos: c.Pos, Func: b.m.ID(call.Parent()), Loop: c.Loop}
	if role.InitTree {
		b.initTree(t, b.funcOf(argument(call.Common(), role.Body)))
		return t
	}
	t.Strategy = b.strategy(argument(call.Common(), role.Strategy))
	t.Children, t.Open = b.list(argument(call.Common(), role.Children))
	return t
}

// initTree reads the children of a supervisor that computes them, if its function returns in one place.
func (b *builder) initTree(t *Tree, f *ssa.Function) {
	t.Open = true
	if f == nil {
		return
	}
	ret := onlyReturn(f)
	if ret == nil {
		return
	}
	for _, v := range ret.Results {
		switch {
		case roles.IsType(v.Type(), roles.StrategyType):
			t.Strategy = b.strategy(v)
		case isSpecs(v.Type()):
			t.Children, t.Open = b.list(v)
		}
	}
}

func (b *builder) strategy(v ssa.Value) roles.Strategy {
	if v == nil {
		return 0
	}
	if k, ok := b.resolve(v).(*ssa.Const); ok {
		if row, ok := roles.ConstOf(k.Type(), k.Value); ok {
			return row.Strategy
		}
	}
	return 0
}

// returned is the summary of the children that a function returns; empty for one that returns something else.
func (b *builder) returned(f *ssa.Function) returned {
	if o := f.Origin(); o != nil {
		f = o
	}
	if r, ok := b.returns[f]; ok {
		return *r
	}
	r := &returned{}
	b.returns[f] = r
	if fn := b.m.Func(b.m.ID(f)); fn != nil && b.m.ssaFuncs[fn.ID] == nil { // of another package
		r.children, r.open = fn.Returns, fn.ReturnsOpen
		return *r
	}
	results := f.Signature.Results()
	if results.Len() != 1 || !isChild(results.At(0).Type()) && !isSpecs(results.At(0).Type()) || f.Blocks == nil {
		return *r
	}
	ret := onlyReturn(f)
	if ret == nil {
		r.open = true
		return *r
	}
	if isSpecs(results.At(0).Type()) {
		r.children, r.open = b.list(ret.Results[0])
	} else if c := b.childOf(ret.Results[0]); c != nil {
		r.children = []Child{*c}
	} else {
		r.open = true
	}
	return *r
}

func onlyReturn(f *ssa.Function) *ssa.Return {
	var only *ssa.Return
	for _, block := range f.Blocks {
		if len(block.Instrs) == 0 || block == f.Recover {
			continue
		}
		if ret, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return); ok {
			if only != nil {
				return nil
			}
			only = ret
		}
	}
	return only
}

func isChild(t types.Type) bool {
	return roles.IsType(t, roles.ChildType) || roles.IsType(t, roles.SpecType)
}

func isSpecs(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && isChild(s.Elem())
}

// childSite records a call of the user's own function that returns children.
func (b *builder) childSite(f *ssa.Function, call ssa.CallInstruction, at place) {
	value, ok := call.(*ssa.Call)
	if !ok || !isChild(value.Type()) {
		return
	}
	c := b.childOf(value)
	if c == nil {
		return
	}
	s := b.newSite(f, call, at)
	s.Kind, s.Role, s.ChildOf, s.Via = ChildSite, "", c.Kind, c.Via
	s.Target, s.ID, s.IDParam, s.Factory = Operand{Type: c.Server}, c.ID, c.IDParam, c.Factory
	b.site(s)
}
