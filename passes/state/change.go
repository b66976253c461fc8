package state

import (
	"go/constant"

	"golang.org/x/tools/go/ssa"
)

// change is what a new value of a container is beside the old one.
type change uint8

const (
	equal   change = iota // the old one
	bigger                // the old one with more in it
	smaller               // something else: a part of it, nothing, a fresh one, unknown
)

// change compares a value that is stored with what the place (or its element) had.
func (a *analysisOf) change(v ssa.Value, old tag) change {
	c := comparison{a: a, old: old, seen: map[ssa.Value]bool{}}
	return c.of(v, nil)
}

type comparison struct {
	a     *analysisOf
	old   tag
	seen  map[ssa.Value]bool
	depth int
}

// frame is a call of a helper whose result is compared: its parameters stand for the arguments.
type frame struct {
	callee *ssa.Function
	args   []ssa.Value
	up     *frame
}

func (c *comparison) of(v ssa.Value, in *frame) change {
	switch v := v.(type) {
	case *ssa.ChangeType:
		return c.of(v.X, in)
	case *ssa.Slice:
		if isFull(v) {
			return c.of(v.X, in)
		}
		return smaller
	case *ssa.Phi:
		if c.seen[v] {
			return equal
		}
		c.seen[v] = true
		all := equal
		for _, e := range v.Edges {
			all = max(all, c.of(e, in))
		}
		return all
	case *ssa.Call:
		return c.call(v, in)
	case *ssa.Parameter:
		if in != nil && v.Parent() == in.callee {
			for i, p := range in.callee.Params {
				if p == v && i < len(in.args) {
					return c.of(in.args[i], in.up)
				}
			}
		}
	case *ssa.UnOp:
		if alloc := local(v.X); alloc != nil && alloc == v.X {
			return c.variable(alloc, in)
		}
	}
	for _, t := range c.a.tags[v] {
		if t == c.old {
			return equal
		}
	}
	return smaller
}

// variable: a local variable that literals share has what is stored to it.
func (c *comparison) variable(alloc *ssa.Alloc, in *frame) change {
	if c.seen[alloc] || alloc.Referrers() == nil {
		return equal
	}
	c.seen[alloc] = true
	all, stored := equal, false
	for _, ref := range *alloc.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if ref.Addr == alloc {
				all, stored = max(all, c.of(ref.Val, in)), true
			}
		case *ssa.UnOp, *ssa.DebugRef:
		default:
			return smaller
		}
	}
	if !stored {
		return smaller
	}
	return all
}

func (c *comparison) call(call *ssa.Call, in *frame) change {
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		if b.Name() != "append" {
			return smaller
		}
		return more(c.of(call.Call.Args[0], in))
	}
	callee := call.Call.StaticCallee()
	if callee == nil || len(call.Call.Args) == 0 {
		return smaller
	}
	switch c.a.m.ID(callee) {
	case "slices.Insert", "slices.AppendSeq":
		return more(c.of(call.Call.Args[0], in))
	case "slices.Grow", "slices.Clip", "slices.Clone":
		return c.of(call.Call.Args[0], in)
	}
	own := c.a.callee(&call.Call)
	if own == nil || c.depth > 3 || bound(callee) {
		return smaller
	}
	c.depth++
	defer func() { c.depth-- }()
	all, found := equal, false
	for _, b := range own.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && len(ret.Results) == 1 {
			all, found = max(all, c.of(ret.Results[0], &frame{own, call.Call.Args, in})), true
		}
	}
	if !found {
		return smaller
	}
	return all
}

// more is a container with something added.
func more(old change) change {
	if old == smaller {
		return smaller
	}
	return bigger
}

// isFull: x[:], x[0:].
func isFull(s *ssa.Slice) bool {
	if s.High != nil || s.Max != nil {
		return false
	}
	if s.Low == nil {
		return true
	}
	low, ok := s.Low.(*ssa.Const)
	return ok && isZero(low)
}

func isZero(c *ssa.Const) bool {
	return c.Value != nil && c.Value.Kind() == constant.Int && constant.Sign(c.Value) == 0
}
