package actors

import (
	"go/token"
	"go/types"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// origin says whether a value, an id, is built from data: from what differs from one time to the next, such as a
// message, a request, a counter or a random number; and which parameter of the enclosing declared function it is built
// from, if that decides. What is constant, or fixed for the process as a string in the receiver is, and what nobody
// knows, is neither.
func (b *builder) origin(v ssa.Value) (data bool, from roles.Arg) {
	o := originOf{b: b, seen: map[ssa.Value]bool{}}
	o.look(v)
	return o.data, o.from
}

// builds records which of a call's arguments are built from data; skip is the number of parameters before them.
func (b *builder) builds(edge *Edge, call *ssa.CallCommon, skip int) {
	for i, arg := range call.Args {
		if i += skip; i >= 255 {
			return
		}
		if data, from := b.built(arg); data || from != 0 {
			edge.Built = append(edge.Built, BuiltArg{roles.Arg(i + 1), data, from})
		}
	}
}

// built is the origin of an argument of which an id may be made: of a number or string, a message, or a parameter that
// is passed on.
func (b *builder) built(arg ssa.Value) (data bool, from roles.Arg) {
	if basic, ok := arg.Type().Underlying().(*types.Basic); ok && basic.Info()&(types.IsInteger|types.IsString) != 0 {
		return b.origin(arg)
	}
	switch b.resolve(arg).(type) {
	case *ssa.Parameter, *ssa.TypeAssert, *ssa.Extract:
		if !denotes(arg.Type()) {
			return b.origin(arg)
		}
	}
	return false, 0
}

// Origin says whether the callee's parameter gets on the edge what is built from data, or from which of the caller's
// parameters it is built.
func (e *Edge) Origin(param roles.Arg) (data bool, from roles.Arg) {
	for _, b := range e.Built {
		if b.Param == param {
			return b.Data, b.From
		}
	}
	return false, 0
}

type originOf struct {
	b    *builder
	seen map[ssa.Value]bool
	data bool
	from roles.Arg
}

func (o *originOf) look(v ssa.Value) {
	if v == nil || o.data {
		return
	}
	v = o.b.resolve(v)
	if o.seen[v] {
		return
	}
	o.seen[v] = true
	switch v := v.(type) {
	case *ssa.Parameter:
		o.parameter(v)
	case *ssa.BinOp:
		o.look(v.X)
		o.look(v.Y)
	case *ssa.Phi:
		for _, e := range v.Edges {
			o.look(e)
		}
	case *ssa.Slice:
		o.look(v.X)
	case *ssa.Field:
		o.field(v.X, v.Type())
	case *ssa.UnOp:
		o.load(v)
	case *ssa.TypeAssert:
		o.data = true
	case *ssa.Lookup:
		o.look(v.Index)
	case *ssa.Index:
		o.element(v.X)
	case *ssa.Extract:
		switch tuple := v.Tuple.(type) {
		case *ssa.Call:
			o.call(tuple)
		case *ssa.TypeAssert, *ssa.Next, *ssa.Select:
			o.data = true
		case *ssa.UnOp:
			o.data = tuple.Op == token.ARROW
		}
	case *ssa.Call:
		o.call(v)
	}
}

// parameter: that of a literal gets what each of its calls gives; a receiver is there for longer.
func (o *originOf) parameter(p *ssa.Parameter) {
	f := p.Parent()
	switch {
	case f.Parent() != nil:
		o.data = true
	case f.Signature.Recv() != nil && f.Params[0] == p:
	case o.from == 0:
		o.from = paramOf(p)
	}
}

func (o *originOf) field(owner ssa.Value, t types.Type) {
	if counts(t) {
		o.data = true
		return
	}
	o.look(owner)
}

// counts says whether a field of the type may be a counter.
func counts(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

func (o *originOf) load(load *ssa.UnOp) {
	if load.Op == token.ARROW {
		o.data = true
		return
	}
	switch addr := load.X.(type) {
	case *ssa.FieldAddr:
		if base, ok := addr.X.(*ssa.Alloc); ok {
			if counts(load.Type()) {
				o.data = true
			}
			o.look(onlyStore(base))
			return
		}
		o.field(addr.X, load.Type())
	case *ssa.IndexAddr:
		o.element(addr.X)
	case *ssa.Global:
		o.data = counts(load.Type())
	}
}

// element of a list: of one that stands in the code it is one of few.
func (o *originOf) element(list ssa.Value) {
	elems, open := o.b.elements(list)
	if open {
		o.look(list)
		return
	}
	for _, e := range elems {
		o.look(e)
	}
}

// call: what a function makes of its arguments; without arguments, from outside, a random number or the time.
func (o *originOf) call(call *ssa.Call) {
	if waitsForInput(call) {
		o.data = true
		return
	}
	if _, isRole := roleOf(call.Common()); isRole {
		return
	}
	callee := call.Call.StaticCallee()
	if call.Call.IsInvoke() {
		o.look(call.Call.Value)
	}
	if callee != nil && len(call.Call.Args) == 0 && callee.Pkg != nil && !o.b.inCone(callee.Pkg.Pkg.Path()) && fresh[callee.Pkg.Pkg.Path()] {
		o.data = true
	}
	for _, arg := range call.Call.Args {
		if elems, open := o.b.elements(arg); !open && len(elems) > 0 {
			for _, e := range elems {
				o.look(e)
			}
			continue
		}
		o.look(arg)
	}
}

// fresh lists packages whose functions without arguments return another value each time.
var fresh = map[string]bool{
	"time": true, "math/rand": true, "math/rand/v2": true, "crypto/rand": true, "github.com/google/uuid": true,
}
