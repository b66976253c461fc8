package actors

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// refuses says whether a message that none of the function's assertions takes certainly ends as unhandled, or in a
// panic. It walks the ways on which every assertion for a concrete type fails. Each of them has to end with the result
// that says so, of this function or of a helper that gets the message; whatever else is returned may be meant for it.
// But a server that stops before it has looked at the message, whichever it is, does not take it.
func (b *builder) refuses(f *ssa.Function, depth int) bool {
	if f == nil || depth > maxFollow {
		return false
	}
	msg := b.messageParam(f)
	if msg == nil {
		return false
	}
	left := b.unmatched(f, msg)
	unseen := b.unseen(f)
	ends := false
	for _, block := range f.Blocks {
		if !left[block] {
			continue
		}
		if b.insists(block, msg) {
			ends = true
			continue
		}
		switch last := block.Instrs[len(block.Instrs)-1].(type) {
		case *ssa.Panic:
			ends = true
		case *ssa.Return:
			switch {
			case len(last.Results) != 1:
				return false
			case b.refusal(last.Results[0], msg, left, depth):
				ends = true
			case !unseen[block] || !stops(last.Results[0]) || b.escapes(f):
				return false
			}
		}
	}
	return ends && (f.Recover == nil || !b.panics(msg, left))
}

// unmatched are the blocks that run for a message which no assertion for a concrete type takes.
func (b *builder) unmatched(f *ssa.Function, msg ssa.Value) map[*ssa.BasicBlock]bool {
	left := map[*ssa.BasicBlock]bool{f.Blocks[0]: true}
	work := []*ssa.BasicBlock{f.Blocks[0]}
	for len(work) > 0 {
		block := work[len(work)-1]
		work = work[:len(work)-1]
		for _, next := range b.onward(f, block, msg) {
			if !left[next] {
				left[next] = true
				work = append(work, next)
			}
		}
	}
	return left
}

// unseen are the blocks that run before any assertion, whatever the message.
func (b *builder) unseen(f *ssa.Function) map[*ssa.BasicBlock]bool {
	seen := map[*ssa.BasicBlock]bool{f.Blocks[0]: true}
	for work := []*ssa.BasicBlock{f.Blocks[0]}; len(work) > 0; {
		block := work[len(work)-1]
		work = work[:len(work)-1]
		if b.flowOf(f).tested(block) != nil {
			continue
		}
		for _, next := range block.Succs {
			if !seen[next] {
				seen[next] = true
				work = append(work, next)
			}
		}
	}
	return seen
}

// stops says whether a callback's result ends the server.
func stops(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	role, ok := roleOf(call.Common())
	return ok && role.Effect == roles.Stops
}

// onward are the blocks that come after one if it has no assertion that takes the message.
func (b *builder) onward(f *ssa.Function, block *ssa.BasicBlock, msg ssa.Value) []*ssa.BasicBlock {
	if b.insists(block, msg) {
		return nil
	}
	if a := b.flowOf(f).tested(block); a != nil && !types.IsInterface(a.AssertedType) {
		return block.Succs[1:]
	}
	if branch, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If); ok {
		if cond, ok := branch.Cond.(*ssa.BinOp); ok && b.resolve(cond.X) == msg && isNil(cond.Y) {
			switch cond.Op { // a message is never nil
			case token.EQL:
				return block.Succs[1:]
			case token.NEQ:
				return block.Succs[:1]
			}
		}
	}
	return block.Succs
}

// insists says whether a block panics unless the message is of one type.
func (b *builder) insists(block *ssa.BasicBlock, msg ssa.Value) bool {
	return slices.ContainsFunc(block.Instrs, func(instr ssa.Instruction) bool {
		a, ok := instr.(*ssa.TypeAssert)
		return ok && !a.CommaOk && !types.IsInterface(a.AssertedType) && b.resolve(a.X) == msg
	})
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// panics says whether a way of an unmatched message ends in a panic, which a deferred function may recover.
func (b *builder) panics(msg ssa.Value, left map[*ssa.BasicBlock]bool) bool {
	for block := range left {
		if _, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Panic); ok || b.insists(block, msg) {
			return true
		}
	}
	return false
}

// refusal says whether a callback's result says that the message is unhandled.
func (b *builder) refusal(v, msg ssa.Value, left map[*ssa.BasicBlock]bool, depth int) bool {
	switch v := v.(type) {
	case *ssa.Phi:
		for i, edge := range v.Edges {
			if left[v.Block().Preds[i]] && !b.refusal(edge, msg, left, depth+1) {
				return false
			}
		}
		return depth < maxFollow
	case *ssa.Call:
		common := v.Common()
		if role, ok := roleOf(common); ok {
			switch {
			case role.Kind == roles.Unhandled:
				arg := argument(common, role.Msg)
				return arg != nil && b.resolve(arg) == msg
			case role.Effect == roles.Idles:
				return b.refusal(common.Args[0], msg, left, depth+1)
			}
			return false
		}
		callee := common.StaticCallee()
		if callee == nil || b.m.ssaFuncs[b.m.ID(callee)] != callee {
			return false
		}
		to := b.messageParam(callee)
		for i, arg := range common.Args {
			if to != nil && i < len(callee.Params) && callee.Params[i] == to && b.resolve(arg) == msg {
				return b.refuses(callee, depth+1)
			}
		}
	}
	return false
}
