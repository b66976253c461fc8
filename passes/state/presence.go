package state

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// presence asks what a condition tells of a key: whether it is one of those that are there already. What would go the
// same way for a key that is not there proves nothing: it is how entries are made.
type presence struct {
	a     *analysisOf
	key   ssa.Value
	depth int // of helpers, choices and variables
}

// maxPresence bounds how deep helpers, choices and variables are followed; they may be circular.
const maxPresence = 6

func (p presence) known(at *ssa.BasicBlock) bool {
	return guarded(at, p.proves) || p.bounded(at)
}

// proves says whether a condition that went a way shows that the key is there.
func (p presence) proves(cond ssa.Value, way bool) bool {
	switch cond := cond.(type) {
	case *ssa.Const:
		return false
	case *ssa.UnOp:
		if cond.Op == token.NOT {
			return p.proves(cond.X, !way)
		}
	case *ssa.Phi: // return a && b
		if p.depth++; p.depth > maxPresence {
			return false
		}
		for i, e := range cond.Edges {
			if !p.shows(e, cond.Block().Preds[i], way) {
				return false
			}
		}
		return len(cond.Edges) > 0
	case *ssa.Extract:
		switch tuple := cond.Tuple.(type) {
		case *ssa.Lookup: // _, ok := m[key]
			if cond.Index == 1 {
				return way && p.same(tuple.Index)
			}
		case *ssa.TypeAssert: // _, ok := m[key].(T)
			return way && cond.Index == 1 && p.part(tuple.X) != nowhere
		}
	case *ssa.BinOp:
		return p.compared(cond, way)
	case *ssa.Call:
		return p.helper(cond, way)
	}
	switch p.part(cond) {
	case behind:
		return true
	case within: // if set[key]
		return way
	}
	return false
}

// shows says whether a helper's result that is the wanted one shows it; never is it a constant that is the other one.
func (p presence) shows(result ssa.Value, at *ssa.BasicBlock, way bool) bool {
	if c, ok := result.(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.Bool && constant.BoolVal(c.Value) != way {
		return true
	}
	return p.proves(result, way) || guarded(at, p.proves)
}

func (p presence) same(v ssa.Value) bool { return same(v, p.key, 0) }

// compared: key == "GET"; m[key] != nil; m[key].n >= n, which an entry of zeros does not pass.
func (p presence) compared(cmp *ssa.BinOp, way bool) bool {
	x, op, y := cmp.X, cmp.Op, cmp.Y
	if !way {
		op = negated[op]
	}
	c, isConst := y.(*ssa.Const)
	if isConst && c.Value != nil && p.same(x) || isFilled(x) && p.same(y) {
		return op == token.EQL
	}
	part := p.part(x)
	if part == nowhere {
		x, op, y = y, turned[op], x
		if part = p.part(x); part == nowhere {
			return p.difference(x, op) || p.difference(y, turned[op])
		}
	}
	if part == behind {
		return true
	}
	if c, ok := y.(*ssa.Const); ok {
		return !holdsForZero(op, c)
	}
	return op == token.EQL || op == token.GTR || op == token.GEQ
}

// difference: m[key]-n >= 0.
func (p presence) difference(v ssa.Value, op token.Token) bool {
	sum, ok := v.(*ssa.BinOp)
	return ok && sum.Op == token.SUB && p.part(sum.X) != nowhere && (op == token.GTR || op == token.GEQ)
}

func isFilled(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil
}

// negated are the comparisons that hold where others do not, turned those with the operands exchanged.
var (
	negated = map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ,
		token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR}
	turned = map[token.Token]token.Token{token.EQL: token.EQL, token.NEQ: token.NEQ, token.LSS: token.GTR,
		token.GTR: token.LSS, token.GEQ: token.LEQ, token.LEQ: token.GEQ}
)

// holdsForZero says whether a comparison with a constant holds for what a map has of a key that is not there.
func holdsForZero(op token.Token, c *ssa.Const) bool {
	if c.Value == nil { // nil
		return op == token.EQL
	}
	var zero constant.Value
	switch c.Value.Kind() {
	case constant.Bool:
		zero = constant.MakeBool(false)
	case constant.String:
		zero = constant.MakeString("")
	case constant.Int, constant.Float:
		zero = constant.MakeInt64(0)
	default:
		return true
	}
	return constant.Compare(zero, op, c.Value)
}

// bounded: 100 <= key && key < 600.
func (p presence) bounded(at *ssa.BasicBlock) bool {
	basic, ok := p.key.Type().Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsInteger == 0 {
		return false
	}
	limited := func(one, other token.Token) bool {
		return guarded(at, func(cond ssa.Value, way bool) bool {
			cmp, ok := cond.(*ssa.BinOp)
			if !ok {
				return false
			}
			x, op, y := cmp.X, cmp.Op, cmp.Y
			if !way {
				op = negated[op]
			}
			if isFilled(x) {
				x, op, y = y, turned[op], x
			}
			return isFilled(y) && p.same(x) && (op == one || op == other)
		})
	}
	return limited(token.LSS, token.LEQ) && (basic.Info()&types.IsUnsigned != 0 || limited(token.GTR, token.GEQ))
}

// part says how a value comes from a map's entry for the key.
type part uint8

const (
	nowhere part = iota
	within       // it is the entry or a part of it: zero if there is none
	behind       // it is behind the entry's pointer: there is one
)

func (p presence) part(v ssa.Value) part {
	switch v := v.(type) {
	case *ssa.Lookup:
		if !v.CommaOk && p.same(v.Index) {
			return within
		}
	case *ssa.Extract:
		if lookup, ok := v.Tuple.(*ssa.Lookup); ok && v.Index == 0 && p.same(lookup.Index) {
			return within
		}
	case *ssa.Field:
		return p.part(v.X)
	case *ssa.ChangeType:
		return p.part(v.X)
	case *ssa.Convert:
		return p.part(v.X)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return p.loaded(v.X)
		}
	case *ssa.Call:
		if isLen(v) {
			return p.part(v.Call.Args[0])
		}
	}
	return nowhere
}

// loaded is what is loaded from an address: of a variable that holds the entry, or behind the entry.
func (p presence) loaded(addr ssa.Value) part {
	if p.depth++; p.depth > maxPresence {
		return nowhere
	}
	for {
		field, ok := addr.(*ssa.FieldAddr)
		if !ok {
			break
		}
		addr = field.X
	}
	if alloc, ok := addr.(*ssa.Alloc); ok {
		var stored ssa.Value
		for _, ref := range *alloc.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == alloc {
				if stored != nil {
					return nowhere
				}
				stored = store.Val
			}
		}
		if stored == nil {
			return nowhere
		}
		return p.part(stored)
	}
	if p.part(addr) != nowhere {
		return behind
	}
	return nowhere
}

// forms are packages whose functions test the form of a key, of which there is no end.
var forms = map[string]bool{
	"bytes": true, "errors": true, "path": true, "path/filepath": true, "reflect": true, "regexp": true, "strings": true,
	"unicode": true, "unicode/utf8": true, "io/fs": true, "net/url": true, "time": true, "cmp": true,
}

// helper: slices.Contains(list, key), a method that tells whether the entry is a zero one, or a function that gets the
// key and lets it pass. One that looks into maps itself has to show that the key is there; others are trusted.
func (p presence) helper(call *ssa.Call, way bool) bool {
	callee := call.Call.StaticCallee()
	if callee == nil || callee.Signature.Results().Len() != 1 || !isBool(callee.Signature.Results().At(0).Type()) {
		return false
	}
	args, id := call.Call.Args, p.a.m.ID(callee)
	if id == "(time.Time).IsZero" {
		return !way && p.part(args[0]) == within
	}
	for i, arg := range args {
		if !p.same(arg) {
			continue
		}
		own := p.a.callee(&call.Call)
		switch {
		case id == "slices.Contains":
			return way && i == 1
		case own == nil:
			return way && callee.Pkg != nil && !forms[callee.Pkg.Pkg.Path()]
		case bound(callee) || i >= len(own.Params):
			return false
		case p.depth >= maxPresence:
			return way
		}
		inner := presence{p.a, own.Params[i], p.depth + 1}
		return inner.shownBy(own, way) || way && inner.tests(own)
	}
	return false
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// shownBy says whether a helper's every result that is the wanted one shows that the key is there.
func (p presence) shownBy(own *ssa.Function, way bool) bool {
	found := false
	for _, b := range own.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		if len(ret.Results) != 1 || !p.shows(ret.Results[0], b, way) {
			return false
		}
		found = true
	}
	return found
}

// tests says whether a helper may test the key otherwise than by looking it up: it does something with it.
func (p presence) tests(own *ssa.Function) bool {
	used := false
	for _, b := range own.Blocks {
		for _, in := range b.Instrs {
			if lookup, ok := in.(*ssa.Lookup); ok && p.same(lookup.Index) {
				return false
			}
			for _, op := range in.Operands(nil) {
				used = used || *op == p.key
			}
		}
	}
	return used
}
