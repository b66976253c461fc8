package startrace

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// code is the package under analysis.
type code struct{ m *actors.Model }

// use is a lookup or a start of a key.
type use struct {
	call *ssa.Call
	in   ssa.Value // the registry; nil: the names of the node
	key  ssa.Value
	tell ssa.Value // of a lookup: whether somebody was found; of a start: the error
}

// race is a lookup and the start that follows if it fails.
type race struct{ lookup, start use }

// races are the lookups and starts of one function that belong together and provide for no loser.
func (c *code) races(f *ssa.Function) []*race {
	var lookups, starts []use
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if u, ok := c.lookup(call); ok {
				lookups = append(lookups, u)
			} else if u, ok := c.start(call); ok {
				starts = append(starts, u)
			}
		}
	}
	var all []*race
	for _, s := range starts {
		for _, l := range lookups {
			if sameKey(l, s) && missed(l, s.call.Block()) && c.unprepared(f, s, lookups) {
				all = append(all, &race{l, s})
				break
			}
		}
	}
	return all
}

func sameKey(a, b use) bool {
	return (a.in == nil) == (b.in == nil) && (a.in == nil || same(a.in, b.in)) && same(a.key, b.key)
}

// missed says whether a block runs only if the lookup found nobody.
func missed(l use, block *ssa.BasicBlock) bool {
	if l.tell == nil || l.tell.Referrers() == nil {
		return false
	}
	for _, ref := range *l.tell.Referrers() {
		branch, when := ref, 1
		if not, ok := ref.(*ssa.UnOp); ok && not.Op == token.NOT && len(*not.Referrers()) == 1 {
			branch, when = (*not.Referrers())[0], 0
		}
		if _, ok := branch.(*ssa.If); !ok {
			continue
		}
		if to := branch.Block().Succs[when]; len(to.Preds) == 1 && to.Dominates(block) {
			return true
		}
	}
	return false
}

// unprepared says whether somebody looks at the error of the start, and nobody expects AlreadyStarted.
func (c *code) unprepared(f *ssa.Function, start use, lookups []use) bool {
	if start.tell == nil || !used(start.tell) || c.expects(f) || locks(f, start.call) {
		return false
	}
	for _, l := range lookups {
		if after(start.call, l.call) {
			return false
		}
	}
	return true
}

func used(v ssa.Value) bool {
	if v.Referrers() == nil {
		return false
	}
	for _, ref := range *v.Referrers() {
		if _, debug := ref.(*ssa.DebugRef); !debug {
			return true
		}
	}
	return false
}

// expects says whether a function asks which of a framework's errors it has got.
func (c *code) expects(f *ssa.Function) bool {
	if fn := c.m.Func(c.m.ID(f)); fn != nil && fn.Retries {
		return true
	}
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			if a, ok := instr.(*ssa.TypeAssert); ok && ofFramework(a.AssertedType) && types.Identical(a.X.Type(), types.Universe.Lookup("error").Type()) {
				return true
			}
		}
	}
	return false
}

func ofFramework(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && roles.FrameworkOf(named.Obj().Pkg().Path()) != nil
}

// locks says whether a mutex is locked before the call.
func locks(f *ssa.Function, before *ssa.Call) bool {
	for _, block := range f.Blocks {
		if !block.Dominates(before.Block()) {
			continue
		}
		for _, instr := range block.Instrs {
			if call, ok := instr.(*ssa.Call); ok && isLock(call) {
				return true
			}
		}
	}
	return false
}

func isLock(call *ssa.Call) bool {
	var f *types.Func
	if call.Call.IsInvoke() {
		f = call.Call.Method
	} else if callee := call.Call.StaticCallee(); callee != nil {
		f, _ = callee.Object().(*types.Func)
	}
	return f != nil && f.Pkg() != nil && f.Pkg().Path() == "sync" && (f.Name() == "Lock" || f.Name() == "TryLock")
}

// after says whether the second call may run after the first.
func after(first, second *ssa.Call) bool {
	if first.Block() == second.Block() {
		for _, instr := range first.Block().Instrs {
			if instr == ssa.Instruction(first) {
				return true // the second follows
			}
			if instr == ssa.Instruction(second) {
				break
			}
		}
	}
	seen := map[*ssa.BasicBlock]bool{}
	var visit func(*ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		for _, s := range b.Succs {
			if s == second.Block() {
				return true
			}
			if !seen[s] {
				seen[s] = true
				if visit(s) {
					return true
				}
			}
		}
		return false
	}
	return visit(first.Block())
}

// concurrent says on which path several may run the function at once. It is not enough that somebody may.
func (c *code) concurrent(f *ssa.Function) (who string, ok bool) {
	seen := map[actors.FuncID]bool{}
	var look func(id actors.FuncID) bool
	look = func(id actors.FuncID) bool {
		if seen[id] {
			return true
		}
		seen[id] = true
		fn := c.m.Func(id)
		if fn == nil {
			return true
		}
		if c.m.CallbackOf(id) != nil {
			return true // one after the other
		}
		if fn.Entry == actors.HTTPEntry {
			who = "HTTP handler " + id.Name() + " runs this"
			return true
		}
		called := false
		for caller, e := range c.m.Callers(id) {
			called = true
			if id.Parent() != "" && e.Kind == actors.LiteralEdge && !e.Now && !e.Go {
				continue // given away: whoever runs it may have it run alone
			}
			if e.Go && e.Loop && !e.Sent {
				who = "goroutines of a loop in " + caller.ID.Name() + " run this"
				continue
			}
			if e.Kind == actors.ValueEdge {
				continue
			}
			if caller.Retries || holdsLock(caller) {
				return false
			}
			if !look(caller.ID) {
				return false
			}
		}
		if ssaf := c.m.SSAFunc(id); !called && who == "" && fn.Exported && ssaf != nil && ssaf.Pkg.Pkg.Name() != "main" {
			who = id.Name() + " is exported"
		}
		return true
	}
	return who, look(c.m.ID(f)) && who != ""
}

func holdsLock(f *actors.Func) bool {
	for _, b := range f.Blocks {
		if b.Class == actors.BlockLock {
			return true
		}
	}
	return false
}
