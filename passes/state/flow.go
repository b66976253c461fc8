package state

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// maxTags bounds the work on states through which half of a large package can be reached.
const maxTags = 100_000

// follow finds what each value has of the state, from the receivers of the callbacks on. What takes too long is
// unknown, and unknown is silent.
func (a *analysisOf) follow() {
	a.seed()
	defer func() {
		if a.tagged > maxTags {
			for _, s := range a.servers {
				s.root.give()
			}
		}
	}()
	for changed := true; changed && a.tagged <= maxTags; {
		changed = false
		for _, f := range a.funcs {
			for _, b := range f.Blocks {
				for _, in := range b.Instrs {
					changed = a.spread(f, in) || changed
				}
			}
		}
	}
}

// seed marks the state where it comes from outside: the receivers of callbacks, and parameters of a server's type
// in functions that nobody here calls (the literals of genserver.Inspect, methods for other packages).
func (a *analysisOf) seed() {
	for _, s := range a.servers {
		callbacks := map[*ssa.Function]bool{}
		for _, c := range s.Model.Callbacks {
			callbacks[a.m.SSAFunc(c.Func)] = true
		}
		for _, f := range a.funcs {
			for i, p := range f.Params {
				if !pointsTo(p.Type(), s.Type) || len(a.calls[f]) > 0 && !(i == 0 && callbacks[f]) {
					continue
				}
				a.tag(p, tag{s.root, address})
			}
		}
	}
}

func pointsTo(t types.Type, named *types.Named) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && n.Origin() == named.Origin()
}

// tag adds a tag to a value, if the value can have it.
func (a *analysisOf) tag(v ssa.Value, t tag) bool {
	if t.place == nil || !reaches(v.Type()) || t.kind == content && !fits(v.Type(), t.place.typ) || slices.Contains(a.tags[v], t) {
		return false
	}
	a.tags[v] = append(a.tags[v], t)
	a.tagged++
	return true
}

func (a *analysisOf) tagAll(v ssa.Value, tags []tag) (changed bool) {
	for _, t := range tags {
		changed = a.tag(v, t) || changed
	}
	return changed
}

// reaches says whether a value can lead to somebody else's memory.
func reaches(t types.Type) bool {
	_, basic := t.Underlying().(*types.Basic)
	return !basic
}

// fits says whether a container can be the one of a place: struct copies mix their fields' tags.
func fits(t, of types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Map, *types.Slice:
		return types.Identical(t.Underlying(), of.Underlying()) || generic(t) || generic(of)
	}
	return true
}

// of is all that a value has, its memory included if it is the address of a local variable.
func (a *analysisOf) of(v ssa.Value) []tag {
	if held := a.held[root(v)]; len(held) > 0 {
		return append(slices.Clone(a.tags[v]), held...)
	}
	return a.tags[v]
}

// spread passes tags on through one instruction.
func (a *analysisOf) spread(f *ssa.Function, in ssa.Instruction) (changed bool) {
	switch in := in.(type) {
	case *ssa.Store:
		if v := local(in.Addr); v != nil {
			return a.hold(v, a.of(in.Val))
		}
	case *ssa.MakeClosure:
		changed = a.capture(in)
	case *ssa.Return:
		changed = a.returned(f, in)
	case ssa.CallInstruction:
		changed = a.passOn(in)
	case ssa.Value:
		for _, t := range a.made(in) {
			changed = a.tag(in, t) || changed
		}
	}
	return changed
}

func (a *analysisOf) hold(v ssa.Value, tags []tag) (changed bool) {
	for _, t := range tags {
		if !slices.Contains(a.held[v], t) {
			a.held[v] = append(a.held[v], t)
			a.tagged++
			changed = true
		}
	}
	return changed
}

// made is what a value has of the values that it is made of.
func (a *analysisOf) made(v ssa.Value) []tag {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return a.selected(a.tags[v.X], v.X.Type(), v.Field, address)
	case *ssa.Field:
		return a.selected(a.tags[v.X], v.X.Type(), v.Field, content)
	case *ssa.UnOp:
		if v.Op != token.MUL {
			return nil
		}
		if held := a.held[root(v.X)]; local(v.X) != nil {
			return held
		}
		return each(a.tags[v.X], map[tagKind]tagKind{address: content, elemAddr: elem, content: content, elem: elem})
	case *ssa.IndexAddr:
		return each(a.tags[v.X], map[tagKind]tagKind{address: elemAddr, content: elemAddr, elemAddr: elemAddr, elem: elemAddr})
	case *ssa.Index:
		return each(a.tags[v.X], map[tagKind]tagKind{content: elem, elem: elem})
	case *ssa.Lookup:
		return each(a.tags[v.X], map[tagKind]tagKind{content: elem, elem: elem})
	case *ssa.Next:
		return each(a.tags[v.Iter], map[tagKind]tagKind{content: elem, elem: elem})
	case *ssa.Slice:
		return each(a.tags[v.X], map[tagKind]tagKind{address: content, content: content, elemAddr: elem, elem: elem})
	case *ssa.Range:
		return a.tags[v.X]
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return a.result(call, v.Index)
		}
		return a.tags[v.Tuple]
	case *ssa.Phi:
		var all []tag
		for _, e := range v.Edges {
			all = append(all, a.tags[e]...)
		}
		return all
	case *ssa.ChangeType:
		return a.tags[v.X]
	case *ssa.ChangeInterface:
		return a.tags[v.X]
	case *ssa.Convert:
		return a.tags[v.X]
	case *ssa.MakeInterface:
		return a.of(v.X)
	case *ssa.TypeAssert:
		return a.tags[v.X]
	}
	return nil
}

// selected is what a field of a struct has.
func (a *analysisOf) selected(tags []tag, t types.Type, index int, kind tagKind) []tag {
	field := fieldOf(t, index)
	if field == nil {
		return nil
	}
	var all []tag
	for _, t := range tags {
		inElem := t.kind == elem || t.kind == elemAddr
		if c := t.place.child(field, inElem); c != nil {
			all = append(all, tag{c, kind})
		}
	}
	return all
}

// each maps the kinds of tags; those without an image are dropped.
func each(tags []tag, to map[tagKind]tagKind) []tag {
	var all []tag
	for _, t := range tags {
		if kind, ok := to[t.kind]; ok {
			all = append(all, tag{t.place, kind})
		}
	}
	return all
}

// capture passes on the receiver of a method value; captured variables are found by root.
func (a *analysisOf) capture(made *ssa.MakeClosure) bool {
	f, ok := made.Fn.(*ssa.Function)
	if !ok || f.Parent() != nil || len(made.Bindings) != 1 {
		return false
	}
	if method := a.m.SSAFunc(a.m.ID(f)); method != nil && len(method.Params) > 0 {
		return a.tagAll(method.Params[0], a.of(made.Bindings[0]))
	}
	return false
}

// passOn gives arguments to the parameters of a function of this package, and its results back.
func (a *analysisOf) passOn(in ssa.CallInstruction) (changed bool) {
	call := in.Common()
	if callee := a.callee(call); callee != nil {
		params := callee.Params
		if bound(call.StaticCallee()) {
			params = params[1:]
		}
		for i, arg := range call.Args {
			if i < len(params) {
				changed = a.tagAll(params[i], a.of(arg)) || changed
			}
		}
	}
	if value, ok := in.(*ssa.Call); ok && call.Signature().Results().Len() == 1 {
		changed = a.tagAll(value, a.result(value, 0)) || changed
	}
	return changed
}

func bound(f *ssa.Function) bool {
	return f != nil && f.Parent() == nil && len(f.FreeVars) == 1
}

// result is what a call's result has.
func (a *analysisOf) result(call *ssa.Call, i int) []tag {
	if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "append" {
		return a.tags[call.Call.Args[0]]
	}
	callee := a.callee(&call.Call)
	if callee == nil {
		return nil
	}
	if results := a.results[callee]; i < len(results) {
		return results[i]
	}
	return nil
}

func (a *analysisOf) returned(f *ssa.Function, ret *ssa.Return) (changed bool) {
	if a.results[f] == nil {
		a.results[f] = make([][]tag, len(ret.Results))
	}
	for i, v := range ret.Results {
		if i >= len(a.results[f]) || !reaches(v.Type()) {
			continue
		}
		for _, t := range a.of(v) {
			if !slices.Contains(a.results[f][i], t) {
				a.results[f][i] = append(a.results[f][i], t)
				changed = true
			}
		}
	}
	return changed
}

// generic says whether a type mentions a type parameter.
func generic(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if generic(arg) {
				return true
			}
		}
		return t.TypeParams().Len() > t.TypeArgs().Len()
	case *types.Pointer:
		return generic(t.Elem())
	case *types.Slice:
		return generic(t.Elem())
	case *types.Array:
		return generic(t.Elem())
	case *types.Map:
		return generic(t.Key()) || generic(t.Elem())
	}
	return false
}
