package state

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// collect looks at every instruction that changes the state. What Init and Terminate do alone changes nothing while
// the server works.
func (a *analysisOf) collect() {
	a.numbers()
	for _, f := range a.funcs {
		if a.init[f] {
			continue
		}
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				a.operation(in)
			}
		}
	}
}

// numbers finds the fields that count up: as keys they never repeat.
func (a *analysisOf) numbers() {
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				store, ok := in.(*ssa.Store)
				if !ok || a.init[f] || !isNumber(store.Val.Type()) {
					continue
				}
				for _, t := range a.tags[store.Addr] {
					if sum, ok := store.Val.(*ssa.BinOp); ok && sum.Op == token.ADD {
						t.place.adds = true
					} else {
						t.place.sets = true
					}
				}
			}
		}
	}
}

func isNumber(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

func (a *analysisOf) operation(in ssa.Instruction) {
	switch in := in.(type) {
	case *ssa.MapUpdate:
		a.mapUpdate(in)
		a.escape(in.Value)
	case *ssa.Store:
		a.store(in)
		if local(in.Addr) == nil {
			a.escape(in.Val, a.tags[in.Addr]...)
		}
	case *ssa.Send:
		a.escape(in.X)
	case *ssa.BinOp:
		a.cap(in)
	case ssa.CallInstruction:
		a.call(in)
	}
}

// escape: a map that is kept in a second place may be emptied there; so may anything that is pointed to.
func (a *analysisOf) escape(v ssa.Value, to ...tag) {
	for _, t := range a.of(v) {
		if t.kind == elem || t.kind == elemAddr {
			continue // an element handed on does not remove it
		}
		if slices.Contains(to, tag{t.place, address}) {
			continue // to where it is
		}
		if _, isMap := t.place.typ.Underlying().(*types.Map); isMap || t.kind == address {
			t.place.give()
		}
	}
}

// mapUpdate: an entry is added, or an element replaced by a bigger or smaller one.
func (a *analysisOf) mapUpdate(in *ssa.MapUpdate) {
	tags := a.tags[in.Map]
	if len(tags) == 0 {
		return
	}
	unbounded := a.endless(in.Key, in.Block())
	for _, t := range tags {
		if t.kind == elem || t.kind == elemAddr { // a map in a map
			if unbounded {
				a.grow(t.place, in, true)
			}
			continue
		}
		switch a.change(in.Value, tag{t.place, elem}) {
		case bigger:
			a.grow(t.place, in, true)
		case smaller:
			if _, isSlice := in.Value.Type().Underlying().(*types.Slice); isSlice {
				t.place.elemShrinks = true
			}
		}
		if unbounded {
			a.grow(t.place, in, false)
		}
	}
}

// grow records what makes a place bigger, if a message does.
func (a *analysisOf) grow(p *place, in ssa.Instruction, inner bool) {
	if fill, ok := a.fill(p, in); ok {
		p.growths = append(p.growths, growth{fill, inner})
	}
}

// fill names the messages of the place's server during which an instruction runs.
func (a *analysisOf) fill(p *place, in ssa.Instruction) (Fill, bool) {
	fill := Fill{Pos: in.Pos()}
	for _, s := range a.servers {
		if s.root != p.root() || !fill.Pos.IsValid() {
			continue
		}
		for _, t := range s.runs[in.Parent()] {
			switch {
			case !actors.Runs(a.m.Cases(in.Block()), t.given):
			case t.handled == "":
				fill.Callback = t.callback
			case !slices.Contains(fill.Messages, t.handled):
				fill.Messages = append(fill.Messages, t.handled)
			}
		}
	}
	slices.Sort(fill.Messages)
	return fill, len(fill.Messages) > 0 || fill.Callback != 0
}

// store: a field is assigned.
func (a *analysisOf) store(in *ssa.Store) {
	for _, t := range a.tags[in.Addr] {
		if t.kind == elemAddr || t.kind == elem {
			a.storeElem(in, t)
			continue
		}
		if t.kind == content && t.place.field != nil { // through a pointer: the struct it points to
			t.place.lose()
			continue
		}
		switch typ := t.place.typ.Underlying().(type) {
		case *types.Basic:
			if typ.Info()&types.IsString != 0 && appendsString(in) {
				a.grow(t.place, in, false)
			} else {
				t.place.lose()
			}
		case *types.Slice, *types.Map:
			switch a.change(in.Val, tag{t.place, content}) {
			case bigger:
				a.grow(t.place, in, false)
			case smaller:
				if !a.emptyBefore(in, t.place) {
					t.place.lose()
				}
			}
		default:
			a.assign(in, t.place)
		}
	}
}

// assign: a struct, pointer or interface is replaced, with all that is below.
func (a *analysisOf) assign(in *ssa.Store, p *place) {
	c, isConst := in.Val.(*ssa.Const)
	if isConst && c.Value == nil {
		p.lose()
		return
	}
	if !a.emptyBefore(in, p) {
		for child := range p.all() {
			child.lose()
		}
	}
	if fill, ok := a.fill(p, in); ok {
		p.fills = append(p.fills, fill)
	}
}

// storeElem: an element is assigned; one that is a slice may be a bigger or smaller one.
func (a *analysisOf) storeElem(in *ssa.Store, t tag) {
	if _, isSlice := in.Val.Type().Underlying().(*types.Slice); !isSlice {
		return
	}
	switch a.change(in.Val, tag{t.place, elem}) {
	case bigger:
		a.grow(t.place, in, true)
	case smaller:
		t.place.elemShrinks = true
	}
}

// appendsString: s.log += text.
func appendsString(in *ssa.Store) bool {
	for v := in.Val; ; {
		sum, ok := v.(*ssa.BinOp)
		if !ok || sum.Op != token.ADD {
			load, ok := v.(*ssa.UnOp)
			return ok && v != in.Val && load.Op == token.MUL && same(load.X, in.Addr, 0)
		}
		v = sum.X
	}
}

// emptyBefore: the store stands where the field was found nil or empty, so that nothing is lost.
func (a *analysisOf) emptyBefore(in *ssa.Store, p *place) bool {
	return guarded(in.Block(), func(cond ssa.Value, way bool) bool {
		cmp, ok := cond.(*ssa.BinOp)
		if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ || (cmp.Op == token.EQL) != way {
			return false
		}
		v, c := cmp.X, cmp.Y
		if _, isConst := v.(*ssa.Const); isConst {
			v, c = c, v
		}
		zero, ok := c.(*ssa.Const)
		if !ok || zero.Value != nil && !isZero(zero) {
			return false
		}
		if call, ok := v.(*ssa.Call); ok && isLen(call) {
			v = call.Call.Args[0]
		}
		return slices.Contains(a.tags[v], tag{p, content})
	})
}

// cap: a comparison of a container's length with a limit. What happens then is not looked at: somebody has thought
// of its size.
func (a *analysisOf) cap(in *ssa.BinOp) {
	switch in.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ:
	default:
		return
	}
	for _, side := range [][2]ssa.Value{{in.X, in.Y}, {in.Y, in.X}} {
		call, ok := side[0].(*ssa.Call)
		if !ok || !isLen(call) || !a.limit(side[1]) {
			continue
		}
		for _, t := range a.tags[call.Call.Args[0]] {
			if t.kind == elem || t.kind == elemAddr {
				t.place.elemShrinks = true
			} else {
				t.place.lose()
			}
		}
	}
}

// limit says whether a number can be a limit: a constant above one, or a value that is configured; a number from a
// message or a loop is an index.
func (a *analysisOf) limit(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value != nil && !isZero(v) && v.Int64() > 1
	case *ssa.Convert:
		return a.limit(v.X)
	case *ssa.BinOp:
		return a.limit(v.X) || a.limit(v.Y)
	case *ssa.Call:
		b, ok := v.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "cap" || !ok && !a.fromMessage(v) && len(v.Call.Args) <= 1
	case *ssa.UnOp:
		return v.Op == token.MUL && local(v.X) == nil && !a.fromMessage(v)
	case *ssa.Field:
		return !a.fromMessage(v)
	}
	return false
}

func isLen(call *ssa.Call) bool {
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "len"
}

// call: what is given away may shrink.
func (a *analysisOf) call(in ssa.CallInstruction) {
	call := in.Common()
	if b, ok := call.Value.(*ssa.Builtin); ok {
		if b.Name() == "delete" || b.Name() == "clear" {
			for _, t := range a.tags[call.Args[0]] {
				if t.kind == elem || t.kind == elemAddr {
					t.place.elemShrinks = true
				} else {
					t.place.lose()
				}
			}
		}
		return
	}
	if a.callee(call) != nil || isRole(call) {
		return
	}
	callee := call.StaticCallee()
	for i, arg := range call.Args {
		if callee != nil && a.harmless(in, callee, i) {
			continue
		}
		for _, t := range a.of(arg) {
			a.given(t)
		}
	}
}

// given: somebody unknown gets this part of the state.
func (a *analysisOf) given(t tag) {
	switch t.kind {
	case address:
		t.place.give()
	case content:
		if _, isSlice := t.place.typ.Underlying().(*types.Slice); isSlice {
			t.place.opaque = true // its length is ours, its elements are not
			t.place.elemShrinks = true
			return
		}
		t.place.give()
	default:
		t.place.opaque, t.place.elemShrinks = true, true
	}
}

// harmless says whether a function of another package only reads its argument, or adds to it (which is recorded).
func (a *analysisOf) harmless(in ssa.CallInstruction, callee *ssa.Function, i int) bool {
	id := a.m.ID(callee)
	switch id {
	case "maps.Copy", "maps.Insert":
		if i == 0 {
			for _, t := range a.of(in.Common().Args[0]) {
				if t.kind == content && len(in.Common().Args) > 1 && a.fromMessage(in.Common().Args[1]) {
					a.grow(t.place, in, false)
				}
			}
		}
		return true
	}
	if actors.Reads(id) {
		return true
	}
	if !a.m.InCone(id) {
		return false
	}
	f := a.m.Func(id)
	return f == nil || !slices.ContainsFunc(f.Writes, func(w actors.Write) bool { return w.Param.Index() == i })
}

// isRole says whether a framework's function is called: those do not touch the user's state.
func isRole(call *ssa.CallCommon) bool {
	_, ok := roleOf(call)
	return ok
}

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
