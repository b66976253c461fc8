package noreply

import (
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

// verdict is a set of what a callback's result may say.
type verdict uint8

const (
	replies   verdict = 1 << iota // answered
	waits                         // NoReply
	refused                       // not for HandleCall
	stops                         // the server ends
	unhandled                     // and so it does here
	goesOn                        // with a Continue or Timeout added
	unknown
)

// without is the verdict of the paths on which the server does not end.
func (v verdict) without() verdict { return v &^ (stops | unhandled) }

// verdictOf is what a result may say; phi tells which value a join has on the path.
func (c *check) verdictOf(v ssa.Value, phi func(*ssa.Phi) ssa.Value) verdict {
	switch v := v.(type) {
	case *ssa.Call:
		return c.verdictOfCall(v, phi)
	case *ssa.Const:
		return refused // the zero one
	case *ssa.UnOp:
		if last := returning(v); last != nil {
			return c.verdictOf(last, phi)
		}
	case *ssa.Phi:
		if phi == nil {
			break
		}
		if edge := phi(v); edge != nil && edge != ssa.Value(v) {
			return c.verdictOf(edge, phi)
		}
	}
	return unknown
}

// returning is what a return has put into the variable that its function's results have where it defers, or iterates
// over a function; nil if somebody else may write to it.
func returning(load *ssa.UnOp) ssa.Value {
	result, ok := load.X.(*ssa.Alloc)
	if !ok {
		return nil
	}
	var last ssa.Value
	for _, instr := range load.Block().Instrs {
		if instr == ssa.Instruction(load) {
			break
		}
		if store, ok := instr.(*ssa.Store); ok && store.Addr == ssa.Value(result) {
			last = store.Val
		}
	}
	for _, ref := range *result.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store, *ssa.UnOp, *ssa.DebugRef:
		case *ssa.MakeClosure:
			if f, ok := ref.Fn.(*ssa.Function); !ok || f.Synthetic != "range-over-func yield" {
				return nil
			}
		default:
			return nil
		}
	}
	return last
}

func (c *check) verdictOfCall(call *ssa.Call, phi func(*ssa.Phi) ssa.Value) verdict {
	role, ok := roleOf(call.Common())
	if !ok {
		if f := c.helper(call.Common()); f != nil && isRole(call.Type(), roles.ResultType) {
			return c.returned(f)
		}
		return unknown
	}
	switch role.Kind {
	case roles.Reply, roles.Fail:
		if role.Server != 0 {
			return replies
		}
	case roles.Unhandled:
		return unhandled
	case roles.Result:
		switch {
		case role.Effect == roles.Stops:
			return stops
		case role.Verdict == roles.Waits:
			return waits
		case role.Verdict == roles.Refused:
			return refused
		case len(call.Call.Args) > 0 && isRole(call.Call.Args[0].Type(), roles.ResultType):
			return c.verdictOf(call.Call.Args[0], phi) | goesOn
		}
	}
	return unknown
}

// returned is what a function's result may say.
func (c *check) returned(f *ssa.Function) verdict {
	if v, ok := c.verdicts[f]; ok {
		return v
	}
	c.verdicts[f] = unknown // of one that calls itself
	var all verdict
	var add func(v ssa.Value, depth int)
	add = func(v ssa.Value, depth int) {
		phi, ok := v.(*ssa.Phi)
		switch {
		case !ok:
			all |= c.verdictOf(v, nil)
		case depth > 4:
			all |= unknown
		default:
			for _, edge := range phi.Edges {
				if edge != v {
					add(edge, depth+1)
				}
			}
		}
	}
	for _, b := range f.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && b != f.Recover && len(ret.Results) > 0 {
			add(ret.Results[0], 0)
		}
	}
	c.verdicts[f] = all
	return all
}
