package state

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/actorssa"
)

// endless says whether a key that is used in a block can take ever new values: it comes from a message or counts
// up, its type has more values than anyone lists, and it was not looked up before.
func (a *analysisOf) endless(key ssa.Value, at *ssa.BasicBlock) bool {
	s := source{a: a, seen: map[ssa.Value]bool{}}
	return s.endless(key, at)
}

// fromMessage says whether a value comes from a message.
func (a *analysisOf) fromMessage(v ssa.Value) bool {
	s := source{a: a, seen: map[ssa.Value]bool{}, anyType: true}
	return s.endless(v, nil)
}

// source follows a value back.
type source struct {
	a       *analysisOf
	seen    map[ssa.Value]bool
	anyType bool // values of small types count too
}

func (s *source) endless(v ssa.Value, at *ssa.BasicBlock) bool {
	if v == nil || s.seen[v] {
		return false
	}
	if !s.anyType && (few(v.Type()) || at != nil && s.a.known(v, at)) {
		return false
	}
	s.seen[v] = true
	switch v := v.(type) {
	case *ssa.Parameter:
		return s.parameter(v)
	case *ssa.FreeVar:
		return s.endless(actorssa.Binding(v), nil)
	case *ssa.TypeAssert:
		return s.endless(v.X, nil)
	case *ssa.Field:
		return s.endless(v.X, nil)
	case *ssa.Index:
		return s.endless(v.X, nil)
	case *ssa.Lookup:
		return len(s.a.tags[v.X]) == 0 && s.endless(v.X, nil)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return s.call(call, v.Index)
		}
		return s.endless(v.Tuple, nil)
	case *ssa.Next:
		return s.endless(v.Iter, nil)
	case *ssa.Range:
		return len(s.a.tags[v.X]) == 0 && s.endless(v.X, nil)
	case *ssa.Slice:
		return s.address(v.X) || s.endless(v.X, nil)
	case *ssa.Convert:
		return s.endless(v.X, at)
	case *ssa.ChangeType:
		return s.endless(v.X, at)
	case *ssa.ChangeInterface:
		return s.endless(v.X, at)
	case *ssa.MakeInterface:
		return s.endless(v.X, at)
	case *ssa.Phi:
		for i, e := range v.Edges {
			if s.endless(e, v.Block().Preds[i]) {
				return true
			}
		}
	case *ssa.BinOp:
		return s.sum(v)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return s.address(v.X)
		}
		return v.Op != token.ARROW && s.endless(v.X, nil)
	case *ssa.Call:
		return s.call(v, 0)
	}
	return false
}

// sum: a remainder or masked number has few values.
func (s *source) sum(v *ssa.BinOp) bool {
	switch v.Op {
	case token.REM:
		return s.anyType && (s.endless(v.X, nil) || s.endless(v.Y, nil))
	case token.AND:
		if _, masked := v.Y.(*ssa.Const); masked && !s.anyType {
			return false
		}
	}
	return s.endless(v.X, nil) || s.endless(v.Y, nil)
}

// parameter: a callback's message, or what the callers of a helper give.
func (s *source) parameter(p *ssa.Parameter) bool {
	f := p.Parent()
	if i, ok := p.Type().Underlying().(*types.Interface); ok && i.Empty() && s.a.isCallback(f) {
		return true
	}
	if seq := iterated(f); seq != nil {
		return s.element(p, seq)
	}
	for i, q := range f.Params {
		if q != p {
			continue
		}
		for _, c := range s.a.calls[f] {
			args := c.call.Common().Args
			if bound(c.call.Common().StaticCallee()) {
				args = append([]ssa.Value{nil}, args...)
			}
			if i < len(args) && s.a.live[c.in] && s.endless(args[i], c.call.Block()) {
				return true
			}
		}
	}
	return false
}

// iterated is the iterator over which the loop runs that SSA made the function f of; nil if f is no such body.
func iterated(f *ssa.Function) ssa.Value {
	if f.Synthetic != "range-over-func yield" {
		return nil
	}
	for _, b := range f.Parent().Blocks {
		for _, in := range b.Instrs {
			if call, ok := in.(*ssa.Call); ok && len(call.Call.Args) == 1 {
				if mc, ok := call.Call.Args[0].(*ssa.MakeClosure); ok && mc.Fn == f {
					return call.Call.Value
				}
			}
		}
	}
	return nil
}

// element of an iterator, as maps.Keys makes them. Numbers that count elements are no keys of their own, and what the
// state holds was a key before.
func (s *source) element(p *ssa.Parameter, seq ssa.Value) bool {
	call, ok := seq.(*ssa.Call)
	if basic, isBasic := p.Type().Underlying().(*types.Basic); !ok || isBasic && basic.Kind() == types.Int && len(p.Parent().Params) == 2 {
		return false
	}
	for _, arg := range call.Call.Args {
		if len(s.a.tags[arg]) > 0 {
			return false
		}
	}
	return s.endless(call, nil)
}

func (a *analysisOf) isCallback(f *ssa.Function) bool {
	for _, s := range a.servers {
		for _, c := range s.Model.Callbacks {
			if a.m.SSAFunc(c.Func) == f {
				return true
			}
		}
	}
	return false
}

// address follows what is stored behind an address.
func (s *source) address(addr ssa.Value) bool {
	if alloc := local(addr); alloc != nil {
		return s.memory(alloc, addr)
	}
	if tags := s.a.tags[addr]; len(tags) > 0 {
		for _, t := range tags {
			if t.place.adds && !t.place.sets {
				return true
			}
		}
		return false
	}
	switch addr := addr.(type) {
	case *ssa.FieldAddr:
		return s.endless(addr.X, nil)
	case *ssa.IndexAddr:
		return s.endless(addr.X, nil)
	case *ssa.Parameter, *ssa.Call, *ssa.Extract, *ssa.UnOp, *ssa.TypeAssert, *ssa.Phi, *ssa.Lookup:
		return s.endless(addr, nil)
	}
	return false
}

// memory of a local variable: what is stored to it, or to the same field of it; and what a call with its address
// may write there, given a message (a decoder).
func (s *source) memory(alloc *ssa.Alloc, addr ssa.Value) bool {
	if s.seen[addr] {
		return false
	}
	s.seen[addr] = true
	field := -1
	if f, ok := addr.(*ssa.FieldAddr); ok {
		field = f.Field
	}
	var visit func(at ssa.Value, field int) bool
	visit = func(at ssa.Value, field int) bool {
		if at.Referrers() == nil {
			return false
		}
		for _, ref := range *at.Referrers() {
			switch ref := ref.(type) {
			case *ssa.Store:
				if ref.Addr == at && s.endless(ref.Val, ref.Block()) {
					return true
				}
			case *ssa.FieldAddr:
				if (field < 0 || ref.Field == field) && visit(ref, -1) {
					return true
				}
			case *ssa.IndexAddr:
				if visit(ref, -1) {
					return true
				}
			case ssa.CallInstruction:
				for _, arg := range ref.Common().Args {
					if arg != at && s.endless(arg, nil) {
						return true
					}
				}
			case *ssa.MakeInterface, *ssa.Slice:
				if v := ref.(ssa.Value); v != addr && visit(v, -1) {
					return true
				}
			}
		}
		return false
	}
	return visit(alloc, field)
}

// listed are functions of the standard library that map endless arguments to a short list.
var listed = map[actors.FuncID]bool{
	"(time.Time).Hour": true, "(time.Time).Minute": true, "(time.Time).Second": true, "(time.Time).Day": true,
	"(time.Time).YearDay": true, "net/http.StatusText": true, "path.Ext": true, "path/filepath.Ext": true,
	"reflect.TypeOf": true,
}

// call: a helper's results, or a function of its arguments.
func (s *source) call(call *ssa.Call, result int) bool {
	common := call.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "len" || b.Name() == "cap" || b.Name() == "min" {
			return s.anyType && s.any(common.Args)
		}
		return s.any(common.Args)
	}
	if callee := s.a.callee(common); callee != nil {
		for _, b := range callee.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && result < len(ret.Results) && s.endless(ret.Results[result], b) {
				return true
			}
		}
		return false
	}
	if f := common.StaticCallee(); f != nil && listed[s.a.m.ID(f)] && !s.anyType {
		return false
	}
	if common.IsInvoke() && s.endless(common.Value, nil) {
		return true
	}
	return s.any(common.Args)
}

func (s *source) any(args []ssa.Value) bool {
	for _, arg := range args {
		if s.endless(arg, nil) {
			return true
		}
	}
	return false
}

// few says whether a type has so few values that a map of all of them is no worry: bool, small integers, types
// with constants of their own (enumerations), and structs of those.
func few(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch u.Kind() {
		case types.Bool, types.Int8, types.Uint8, types.Int16, types.Uint16:
			return true
		}
		return enumeration(t)
	case *types.Struct:
		for f := range u.Fields() {
			if !few(f.Type()) {
				return false
			}
		}
		return true
	}
	return false
}

func enumeration(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	scope, n := named.Obj().Pkg().Scope(), 0
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), t) {
			if n++; n > 1 {
				return true
			}
		}
	}
	return false
}
