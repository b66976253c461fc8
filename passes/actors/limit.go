package actors

import (
	"go/constant"
	"go/types"
	"time"

	"golang.org/x/tools/go/ssa"
)

// limit is how long an operation may take at most, by what it is given: a constant duration, or what contextLimit
// finds. 0: nobody knows.
func (b *builder) limit(call *ssa.CallCommon) time.Duration {
	least := b.contextLimit(call)
	for _, arg := range call.Args {
		if isStd(arg.Type(), "time", "Duration") {
			least = shorter(least, b.duration(arg))
		}
	}
	return least
}

// contextLimit is after what constant time a context ends that a call is given, or the context of a request.
func (b *builder) contextLimit(call *ssa.CallCommon) time.Duration {
	var least time.Duration
	for _, arg := range call.Args {
		least = shorter(least, b.contextEnd(arg, 0))
	}
	return least
}

// contextEnd is when a context ends that was made with a constant timeout, or the context behind an HTTP request.
func (b *builder) contextEnd(v ssa.Value, depth int) time.Duration {
	const nested = 4
	if depth > nested {
		return 0
	}
	extract, ok := b.resolve(v).(*ssa.Extract)
	if !ok || extract.Index != 0 {
		return 0
	}
	call, ok := extract.Tuple.(*ssa.Call)
	if !ok || call.Call.StaticCallee() == nil || len(call.Call.Args) == 0 {
		return 0
	}
	args := call.Call.Args
	switch funcID(call.Call.StaticCallee()) {
	case "context.WithTimeout", "context.WithTimeoutCause":
		return shorter(b.duration(args[1]), b.contextEnd(args[0], depth+1))
	case "context.WithCancel", "context.WithCancelCause", "context.WithDeadline", "context.WithDeadlineCause", "net/http.NewRequestWithContext":
		return b.contextEnd(args[0], depth+1)
	}
	return 0
}

// signalled is when a channel certainly has a value or is closed: that of a timer, or of a context that ends.
func (b *builder) signalled(ch ssa.Value) time.Duration {
	call, ok := b.resolve(ch).(*ssa.Call)
	if !ok {
		return 0
	}
	if call.Call.IsInvoke() { // ctx.Done()
		return b.contextEnd(call.Call.Value, 0)
	}
	if callee := call.Call.StaticCallee(); callee != nil && funcID(callee) == "time.After" {
		return b.duration(call.Call.Args[0])
	}
	return 0
}

// selects is a select without default as something that blocks: as long as the first of its channels that has a
// known end.
func (b *builder) selects(s *ssa.Select) Block {
	block := Block{Class: BlockChan, What: "select", Pos: b.pos(s.Pos())}
	for _, state := range s.States {
		if state.Dir == types.RecvOnly {
			block.Limit = shorter(block.Limit, b.signalled(state.Chan))
		}
		block.Local = block.Local || b.local(state.Chan)
	}
	return block
}

// local says whether a channel was made in the same declared function.
func (b *builder) local(ch ssa.Value) bool {
	made, ok := b.resolve(ch).(*ssa.MakeChan)
	return ok && made.Parent() != nil
}

func (b *builder) duration(v ssa.Value) time.Duration {
	k, ok := b.resolve(v).(*ssa.Const)
	if !ok || k.Value == nil || k.Value.Kind() != constant.Int {
		return 0
	}
	return time.Duration(k.Int64())
}

// shorter is the less of two limits, of which 0 is none.
func shorter(a, b time.Duration) time.Duration {
	if a <= 0 || b > 0 && b < a {
		return max(b, 0)
	}
	return a
}

func isStd(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path
}
