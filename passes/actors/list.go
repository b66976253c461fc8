package actors

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// list is the children that a slice holds.
func (b *builder) list(v ssa.Value) (children []Child, open bool) {
	if v == nil {
		return nil, true
	}
	v = b.resolve(v)
	if call, ok := v.(*ssa.Call); ok {
		if callee := b.callee(call.Common()); callee != nil && !isRole(callee) {
			r := b.returned(callee)
			for _, c := range r.children {
				children = append(children, b.substitute(c, call, callee))
			}
			return children, r.open
		}
	}
	elems, open := b.elements(v)
	for _, e := range elems {
		if list, ok := e.(listed); ok {
			sub, subOpen := b.list(list.Value)
			children, open = append(children, sub...), open || subOpen
			continue
		}
		if c := b.childOf(e); c != nil {
			children = append(children, *c)
		} else {
			open = true
		}
	}
	return children, open
}

// listed marks an element of elements that is itself a list: append(list, more...).
type listed struct{ ssa.Value }

// elements are the values that a slice holds: a literal's, or what was appended. open tells that there may be more.
func (b *builder) elements(v ssa.Value) (elems []ssa.Value, open bool) {
	return b.elementsOf(v, map[ssa.Value]bool{})
}

func (b *builder) elementsOf(v ssa.Value, seen map[ssa.Value]bool) (elems []ssa.Value, open bool) {
	v = b.resolve(v)
	if seen[v] {
		return nil, false // around a loop
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Const:
		return nil, v.Value != nil
	case *ssa.MakeSlice:
		return filled(v)
	case *ssa.Slice:
		if alloc, ok := v.X.(*ssa.Alloc); ok {
			if v.High != nil { // make([]T, 0, n)
				if n, ok := v.High.(*ssa.Const); ok && n.Int64() == 0 {
					return nil, false
				}
			}
			return arrayElements(alloc)
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			more, moreOpen := b.elementsOf(e, seen)
			open = open || moreOpen
			for _, m := range more {
				if !slices.Contains(elems, m) {
					elems = append(elems, m)
				}
			}
		}
		return elems, open
	case *ssa.Call:
		if builtin, ok := v.Call.Value.(*ssa.Builtin); ok && builtin.Name() == "append" {
			head, headOpen := b.elementsOf(v.Call.Args[0], seen)
			tail, tailOpen := b.elementsOf(v.Call.Args[1], seen)
			return append(head, tail...), headOpen || tailOpen
		}
		if callee := b.callee(v.Common()); callee != nil && isSpecs(v.Type()) {
			return []ssa.Value{listed{v}}, false
		}
	}
	return nil, true
}

// filled is what is stored into a slice of a computed length: by index, in a loop as a rule.
func filled(s *ssa.MakeSlice) (elems []ssa.Value, open bool) {
	for _, ref := range *s.Referrers() {
		if call, ok := ref.(ssa.CallInstruction); ok {
			_, isRole := roleOf(call.Common())
			_, isBuiltin := call.Common().Value.(*ssa.Builtin)
			open = open || !isRole && !isBuiltin // it may be filled there
		}
		addr, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, use := range *addr.Referrers() {
			if store, ok := use.(*ssa.Store); ok && store.Addr == ssa.Value(addr) {
				elems = append(elems, store.Val)
			}
		}
	}
	n, isConst := s.Len.(*ssa.Const)
	empty := isConst && n.Int64() == 0
	return elems, open || !empty && len(elems) == 0
}

// arrayElements are the values stored into a literal's array, in order.
func arrayElements(alloc *ssa.Alloc) (elems []ssa.Value, open bool) {
	arr, ok := deref(alloc.Type()).Underlying().(*types.Array)
	if !ok || arr.Len() > 1<<12 {
		return nil, true
	}
	elems = make([]ssa.Value, arr.Len())
	for _, ref := range *alloc.Referrers() {
		addr, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		i, ok := addr.Index.(*ssa.Const)
		if !ok {
			return nil, true
		}
		for _, use := range *addr.Referrers() {
			if store, ok := use.(*ssa.Store); ok && store.Addr == ssa.Value(addr) {
				elems[i.Int64()] = store.Val
			}
		}
	}
	n := len(elems)
	elems = slices.DeleteFunc(elems, func(v ssa.Value) bool { return v == nil })
	return elems, len(elems) != n
}
