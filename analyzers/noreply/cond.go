package noreply

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

// cond is a condition on a path. Two with the same key hold together or not at all.
type cond struct {
	key     string
	negated bool     // the value in the code is the opposite of the key
	leaves  []string // what it depends on: access paths
	free    []string // those of them that may have any value, whatever the others have
	holds   bool
	test    types.Type // of a type test: of this type, if it is no interface
	of      string     // whose type
	open    bool       // of a type test: for an interface, which many types have
	request bool       // of a type test: of the request's
	flag    bool       // depends on what a helper's callers decide
}

// related says whether one of the conditions may decide the other: they depend on something that may be the same, and
// neither on anything else that is free.
func (c cond) related(d cond) bool {
	return slices.ContainsFunc(c.leaves, d.has) && !slices.ContainsFunc(c.free, d.lacks) && !slices.ContainsFunc(d.free, c.lacks)
}

// has says whether the condition depends on something that may be the same as an access path.
func (c cond) has(leaf string) bool {
	return slices.ContainsFunc(c.leaves, func(own string) bool { return below(leaf, own) || below(own, leaf) })
}

func (c cond) lacks(leaf string) bool { return !c.has(leaf) }

// below says whether a is b or a part of it.
func below(a, b string) bool {
	rest, ok := strings.CutPrefix(a, b)
	return ok && (rest == "" || strings.ContainsRune(".[#", rune(rest[0])))
}

// doubtful says whether nobody knows that the condition may hold, or not.
func (c cond) doubtful() bool { return c.flag || c.open && !c.holds }

// cond describes a condition.
func (w *walker) cond(v ssa.Value) cond {
	d := describer{w: w}
	if ok, isOK := v.(*ssa.Extract); isOK && ok.Index == 1 {
		if t, isTest := ok.Tuple.(*ssa.TypeAssert); isTest {
			of := d.text(t.X, 0)
			c := cond{key: of + " is " + types.TypeString(t.AssertedType, nil), of: of, test: t.AssertedType}
			c.open = types.IsInterface(t.AssertedType)
			if p, ok := d.w.value(t.X).(*ssa.Parameter); ok {
				c.request = isMessage(p)
			}
			if c.open {
				c.test = nil
			}
			return c
		}
	}
	c := cond{}
	if b, ok := v.(*ssa.BinOp); ok {
		x, y := d.text(b.X, 0), d.text(b.Y, 0)
		switch b.Op {
		case token.EQL, token.NEQ:
			if y < x {
				x, y = y, x
			}
			c.key, c.negated = x+" == "+y, b.Op == token.NEQ
		case token.LSS, token.GEQ:
			c.key, c.negated = x+" < "+y, b.Op == token.GEQ
		case token.GTR, token.LEQ:
			c.key, c.negated = y+" < "+x, b.Op == token.LEQ
		}
	}
	if c.key == "" {
		c.key = d.text(v, 0)
	}
	c.leaves, c.free, c.flag = d.leaves, d.free, d.flag
	return c
}

// describer writes values as texts that are equal for equal expressions, and collects what they depend on.
type describer struct {
	w      *walker
	leaves []string
	free   []string
	flag   bool
}

// leaf notes an access path; free says that its value is not computed from others'.
func (d *describer) leaf(s string, free bool) string {
	d.leaves = append(d.leaves, s)
	if free {
		d.free = append(d.free, s)
	}
	return s
}

func (d *describer) text(v ssa.Value, depth int) string {
	v = d.w.value(v)
	if depth > 12 {
		return d.leaf(name(v), false)
	}
	depth++
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value == nil {
			return "nil"
		}
		if v.Value.Kind() == constant.String {
			return strconv.Quote(constant.StringVal(v.Value))
		}
		return v.Value.ExactString()
	case *ssa.BinOp:
		return "(" + d.text(v.X, depth) + " " + v.Op.String() + " " + d.text(v.Y, depth) + ")"
	case *ssa.UnOp:
		if v.Op != token.MUL {
			return v.Op.String() + d.text(v.X, depth)
		}
	case *ssa.Convert:
		return d.text(v.X, depth)
	case *ssa.ChangeType:
		return d.text(v.X, depth)
	case *ssa.MakeInterface:
		return d.text(v.X, depth)
	case *ssa.Call:
		return d.call(v, depth)
	case *ssa.Extract:
		if _, lookup := v.Tuple.(*ssa.Lookup); !lookup {
			if _, test := v.Tuple.(*ssa.TypeAssert); !test {
				return d.result(v, depth)
			}
		}
	}
	return d.leaf(d.path(v, depth), isPath(v))
}

// result is one of several that a call has.
func (d *describer) result(v *ssa.Extract, depth int) string {
	s := d.text(v.Tuple, depth) + "#" + strconv.Itoa(v.Index)
	if isError(v.Type()) {
		d.leaf(s, true)
	}
	return s
}

// call: len and the like give the same for the same; others may give something else each time.
func (d *describer) call(v *ssa.Call, depth int) string {
	var args []string
	for _, arg := range v.Call.Args {
		if row, ok := roles.TypeOf(arg.Type()); ok && (row.Kind == roles.ContextType || row.Kind == roles.ProcessContextType) {
			continue // all have it
		}
		args = append(args, d.text(arg, depth))
	}
	if b, ok := v.Call.Value.(*ssa.Builtin); ok {
		return b.Name() + "(" + strings.Join(args, ", ") + ")"
	}
	if v.Call.IsInvoke() {
		d.text(v.Call.Value, depth)
	}
	return d.leaf(name(v), isError(v.Type()))
}

// isPath says whether a value is a parameter or variable, or a part of one, and no result of a call.
func isPath(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Parameter, *ssa.Global, *ssa.Alloc, *ssa.FreeVar:
		return true
	case *ssa.UnOp:
		return v.Op == token.MUL && isPath(v.X)
	case *ssa.FieldAddr:
		return isPath(v.X)
	case *ssa.Field:
		return isPath(v.X)
	case *ssa.IndexAddr:
		return isPath(v.X)
	case *ssa.Lookup:
		return isPath(v.X)
	case *ssa.Extract:
		return isPath(v.Tuple)
	case *ssa.TypeAssert:
		return isPath(v.X)
	}
	return false
}

// isError says whether a value says that something went wrong, which it may always do.
func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// path is a value as an access path: a parameter or variable, a field of it, an element, and so on.
func (d *describer) path(v ssa.Value, depth int) string {
	v = d.w.value(v)
	if depth > 12 {
		return name(v)
	}
	depth++
	switch v := v.(type) {
	case *ssa.Parameter:
		d.flag = d.flag || slices.Contains(d.w.given, v)
	case *ssa.Alloc: // a parameter's variable is the parameter
		for _, ref := range *v.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == ssa.Value(v) {
				if p, ok := store.Val.(*ssa.Parameter); ok {
					return d.path(p, depth)
				}
			}
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return d.path(v.X, depth)
		}
	case *ssa.FieldAddr:
		return d.path(v.X, depth) + "." + strconv.Itoa(v.Field)
	case *ssa.Field:
		return d.path(v.X, depth) + "." + strconv.Itoa(v.Field)
	case *ssa.IndexAddr:
		return d.path(v.X, depth) + "[" + d.text(v.Index, depth) + "]"
	case *ssa.Lookup:
		return d.path(v.X, depth) + "[" + d.text(v.Index, depth) + "]"
	case *ssa.Extract:
		return d.path(v.Tuple, depth) + "#" + strconv.Itoa(v.Index)
	case *ssa.TypeAssert:
		return d.path(v.X, depth) + ".(" + types.TypeString(v.AssertedType, nil) + ")"
	case *ssa.Call:
		return d.call(v, depth)
	}
	return name(v)
}

// isMessage says whether a parameter is what a callback gets as its message.
func isMessage(p *ssa.Parameter) bool {
	i, ok := p.Type().Underlying().(*types.Interface)
	return ok && i.Empty()
}

// decided are the parameters with which a helper's callers may decide what it does: not the server, the request
// or an error, which there may be or not.
func decided(helper, callback *ssa.Function) []*ssa.Parameter {
	var all []*ssa.Parameter
	for _, p := range helper.Params {
		if !isMessage(p) && !isError(p.Type()) && !isRequest(p.Type()) && !types.Identical(p.Type(), callback.Params[0].Type()) {
			all = append(all, p)
		}
	}
	return all
}

// isRequest says whether a struct embeds what makes it a call.
func isRequest(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Embedded() && isRole(f.Type(), roles.CallToType) {
			return true
		}
	}
	return false
}

// name of a value that is nothing but itself.
func name(v ssa.Value) string { return fmt.Sprintf("%s@%p", v.Name(), v) }
