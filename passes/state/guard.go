package state

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// known says whether a block runs only if the key was found: in a map, in a list, or equal to a constant.
func (a *analysisOf) known(key ssa.Value, at *ssa.BasicBlock) bool {
	return guarded(at, func(cond ssa.Value) (holds, ifTrue bool) {
		switch cond := cond.(type) {
		case *ssa.Extract: // _, ok := m[key]
			lookup, ok := cond.Tuple.(*ssa.Lookup)
			return ok && cond.Index == 1 && same(lookup.Index, key, 0), true
		case *ssa.Lookup: // if set[key]
			return same(cond.Index, key, 0), true
		case *ssa.Call:
			return a.member(cond, key), true
		case *ssa.BinOp:
			return comparedWith(cond, key), cond.Op == token.EQL
		}
		return false, false
	})
}

// comparedWith: key == "GET"; m[key] != nil holds if false is what is asked for.
func comparedWith(cmp *ssa.BinOp, key ssa.Value) bool {
	if cmp.Op != token.EQL && cmp.Op != token.NEQ {
		return false
	}
	x, y := cmp.X, cmp.Y
	if _, ok := x.(*ssa.Const); ok {
		x, y = y, x
	}
	c, ok := y.(*ssa.Const)
	return ok && c.Value != nil && same(x, key, 0)
}

// member: slices.Contains(list, key), or a helper here that looks its argument up.
func (a *analysisOf) member(call *ssa.Call, key ssa.Value) bool {
	callee := call.Call.StaticCallee()
	if callee == nil {
		return false
	}
	at := slices.IndexFunc(call.Call.Args, func(arg ssa.Value) bool { return same(arg, key, 0) })
	if at < 0 {
		return false
	}
	if a.m.ID(callee) == "slices.Contains" {
		return at == 1
	}
	own := a.callee(&call.Call)
	if own == nil || len(own.Blocks) != 1 || at >= len(own.Params) {
		return false
	}
	ret, ok := own.Blocks[0].Instrs[len(own.Blocks[0].Instrs)-1].(*ssa.Return)
	if !ok || len(ret.Results) != 1 {
		return false
	}
	switch v := ret.Results[0].(type) {
	case *ssa.Extract:
		lookup, ok := v.Tuple.(*ssa.Lookup)
		return ok && v.Index == 1 && lookup.Index == own.Params[at]
	case *ssa.Lookup:
		return v.Index == own.Params[at]
	case *ssa.Call:
		return a.member(v, own.Params[at])
	}
	return false
}

// guarded says whether a block runs only where a condition went a given way: test tells of a condition whether it
// is one, and whether it has to be true.
func guarded(at *ssa.BasicBlock, test func(cond ssa.Value) (is, ifTrue bool)) bool {
	for b := at; b != nil; b = b.Idom() {
		if len(b.Preds) == 0 {
			continue
		}
		all := true
		for _, p := range b.Preds {
			if !entered(p, b, test) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

// entered says whether the edge is taken only where a condition went the way that test asks for.
func entered(from, to *ssa.BasicBlock, test func(ssa.Value) (bool, bool)) bool {
	if len(from.Instrs) == 0 {
		return false
	}
	branch, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] {
		return false
	}
	cond, way := branch.Cond, true
	for {
		not, ok := cond.(*ssa.UnOp)
		if !ok || not.Op != token.NOT {
			break
		}
		cond, way = not.X, !way
	}
	is, ifTrue := test(cond)
	return is && (from.Succs[0] == to) == (ifTrue == way)
}

// same says whether two values are the same for sure, or loads of the same variable or field.
func same(x, y ssa.Value, depth int) bool {
	if x == y {
		return true
	}
	if depth > 8 || x == nil || y == nil {
		return false
	}
	depth++
	switch x := x.(type) {
	case *ssa.UnOp:
		y, ok := y.(*ssa.UnOp)
		return ok && x.Op == token.MUL && y.Op == token.MUL && same(x.X, y.X, depth)
	case *ssa.FieldAddr:
		y, ok := y.(*ssa.FieldAddr)
		return ok && x.Field == y.Field && same(x.X, y.X, depth)
	case *ssa.Field:
		y, ok := y.(*ssa.Field)
		return ok && x.Field == y.Field && same(x.X, y.X, depth)
	case *ssa.Extract:
		y, ok := y.(*ssa.Extract)
		return ok && x.Index == y.Index && same(x.Tuple, y.Tuple, depth)
	case *ssa.Convert:
		y, ok := y.(*ssa.Convert)
		return ok && same(x.X, y.X, depth)
	case *ssa.ChangeType:
		y, ok := y.(*ssa.ChangeType)
		return ok && same(x.X, y.X, depth)
	case *ssa.MakeInterface:
		y, ok := y.(*ssa.MakeInterface)
		return ok && same(x.X, y.X, depth)
	}
	return false
}
