package startrace

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actorssa"
)

// base is what the variable of a field holds.
func base(v ssa.Value) ssa.Value {
	v = follow(v)
	if _, ok := v.(*ssa.Alloc); ok {
		if s := stored(v); s != nil {
			return follow(s)
		}
	}
	return v
}

// follow goes back through conversions, captured variables and variables that are assigned once.
func follow(v ssa.Value) ssa.Value {
	for range 16 {
		var next ssa.Value
		switch v := v.(type) {
		case *ssa.ChangeType:
			next = v.X
		case *ssa.Convert:
			next = v.X
		case *ssa.MakeInterface:
			next = v.X
		case *ssa.ChangeInterface:
			next = v.X
		case *ssa.FreeVar:
			next = actorssa.Binding(v)
		case *ssa.UnOp:
			if v.Op == token.MUL {
				next = stored(v.X)
			}
		}
		if next == nil {
			return v
		}
		v = next
	}
	return v
}

// stored is the one value of a variable, or nil.
func stored(addr ssa.Value) ssa.Value {
	for range 16 {
		free, ok := addr.(*ssa.FreeVar)
		if !ok {
			break
		}
		addr = actorssa.Binding(free)
	}
	alloc, ok := addr.(*ssa.Alloc)
	if !ok {
		return nil
	}
	var only ssa.Value
	for _, ref := range *alloc.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if only != nil || ref.Addr != ssa.Value(alloc) {
				return nil
			}
			only = ref.Val
		case *ssa.UnOp, *ssa.DebugRef, *ssa.MakeClosure:
		case *ssa.FieldAddr:
			for _, use := range *ref.Referrers() {
				if _, load := use.(*ssa.UnOp); !load {
					return nil
				}
			}
		default:
			return nil
		}
	}
	return only
}

// same says whether two values are certainly the same.
func same(a, b ssa.Value) bool {
	a, b = follow(a), follow(b)
	if a == b {
		return true
	}
	switch a := a.(type) {
	case *ssa.Const:
		b, ok := b.(*ssa.Const)
		return ok && a.Value != nil && b.Value != nil && a.Value.Kind() == b.Value.Kind() && constant.Compare(a.Value, token.EQL, b.Value)
	case *ssa.BinOp:
		b, ok := b.(*ssa.BinOp)
		return ok && a.Op == b.Op && same(a.X, b.X) && same(a.Y, b.Y)
	case *ssa.Field:
		b, ok := b.(*ssa.Field)
		return ok && a.Field == b.Field && same(a.X, b.X)
	case *ssa.UnOp:
		b, ok := b.(*ssa.UnOp)
		return ok && a.Op == token.MUL && b.Op == token.MUL && sameAddr(a.X, b.X)
	}
	return false
}

func sameAddr(a, b ssa.Value) bool {
	switch a := a.(type) {
	case *ssa.Global:
		return ssa.Value(a) == b
	case *ssa.FieldAddr:
		b, ok := b.(*ssa.FieldAddr)
		if !ok || a.Field != b.Field {
			return false
		}
		if a.X == b.X || same(a.X, b.X) || base(a.X) == base(b.X) {
			return true
		}
		return sameReceiver(a.X, b.X)
	}
	return false
}

// sameReceiver: methods of one receiver that call each other.
func sameReceiver(a, b ssa.Value) bool {
	p, ok := base(a).(*ssa.Parameter)
	q, also := base(b).(*ssa.Parameter)
	return ok && also && p.Parent() != q.Parent() && isReceiver(p) && isReceiver(q) && types.Identical(p.Type(), q.Type())
}

func isReceiver(p *ssa.Parameter) bool {
	return p.Parent().Signature.Recv() != nil && p.Parent().Params[0] == p
}
