package state

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// known says whether a block runs only if the key is one of those that are there already, or of a short list: it was
// found in a map or list, compared with constants, or a helper let it pass.
func (a *analysisOf) known(key ssa.Value, at *ssa.BasicBlock) bool {
	p := presence{a, key, 0}
	return p.known(at)
}

// guarded says whether a block runs only where a condition went a way that passes the test.
func guarded(at *ssa.BasicBlock, test func(cond ssa.Value, way bool) bool) bool {
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

// entered says whether the edge is taken only where a condition went a way that passes the test.
func entered(from, to *ssa.BasicBlock, test func(ssa.Value, bool) bool) bool {
	if len(from.Instrs) == 0 {
		return false
	}
	branch, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] {
		return false
	}
	cond, way := branch.Cond, from.Succs[0] == to
	for {
		not, ok := cond.(*ssa.UnOp)
		if !ok || not.Op != token.NOT {
			break
		}
		cond, way = not.X, !way
	}
	return test(cond, way)
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
