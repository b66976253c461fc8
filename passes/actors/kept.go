package actors

import (
	"go/token"
	"go/types"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// kept tells of a site which uses what another process keeps, and which process that is: the receiver of a method, the
// name that is looked up, or the topics that are asked.
func (b *builder) kept(s *Site, call *ssa.CallCommon, role roles.Func) {
	v := argument(call, role.Target)
	if role.Recv != "" && v == nil && len(call.Args) > 0 {
		v = call.Args[0]
	}
	switch {
	case v == nil && role.Kind == roles.Lookup && s.ID != "":
		s.Instance = Instance{Kind: NamedInstance, Value: s.ID}
	case v == nil:
	case role.Kind == roles.Lookup, role.Kind == roles.Subscribe, role.Kind == roles.Register && role.Recv != "":
		s.Instance, s.Target = b.instance(v), Operand{Type: b.typeID(v.Type())}
	}
}

// retries says whether a function provides for an error: it then sets a timer, goes on with a message, waits, tries
// again in a loop, or asks which of a framework's errors it is. It says nothing of which call has failed.
func (b *builder) retries(f *ssa.Function) bool {
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			if call, ok := instr.(*ssa.Call); ok && asksWhich(call) {
				return true
			}
		}
		if len(block.Instrs) == 0 {
			continue
		}
		branch, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		test, ok := branch.Cond.(*ssa.BinOp)
		if !ok || !isError(test.X.Type()) || test.Op != token.NEQ && test.Op != token.EQL {
			continue
		}
		failed := block.Succs[0]
		if test.Op == token.EQL {
			failed = block.Succs[1]
		}
		if b.triesAgain(f, block, failed) {
			return true
		}
	}
	return false
}

// triesAgain says whether the branch that an error takes leads back to the test, or waits or has something done later.
func (b *builder) triesAgain(f *ssa.Function, test, failed *ssa.BasicBlock) bool {
	for _, block := range f.Blocks {
		if !failed.Dominates(block) || len(failed.Preds) > 1 {
			continue
		}
		for _, s := range block.Succs {
			if s.Dominates(test) {
				return true
			}
		}
		for _, instr := range block.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select:
				return true
			case *ssa.Call:
				if role, ok := roleOf(instr.Common()); ok && later(role) {
					return true
				}
				if callee := instr.Call.StaticCallee(); callee != nil && funcID(callee) == "time.Sleep" {
					return true
				}
			}
		}
	}
	return false
}

// later says whether a role has its process look again, when something has happened or time has passed.
func later(role roles.Func) bool {
	switch role.Kind {
	case roles.SendAfter, roles.SendEvery, roles.Monitor, roles.Receive, roles.Subscribe:
		return true
	}
	return role.Effect == roles.Idles || role.Kind == roles.Result && role.Msg != 0
}

// asksWhich says whether a call compares an error with one of a framework's: errors.Is and errors.As.
func asksWhich(call *ssa.Call) bool {
	callee := call.Call.StaticCallee()
	if callee == nil || len(call.Call.Args) == 0 {
		return false
	}
	if id := funcID(callee); id != "errors.Is" && id != "errors.As" && id != "errors.AsType" {
		return false
	}
	if targs := callee.TypeArgs(); len(targs) > 0 {
		return ofFramework(targs[0])
	}
	switch v := call.Call.Args[len(call.Call.Args)-1].(type) {
	case *ssa.UnOp:
		g, ok := v.X.(*ssa.Global)
		return ok && g.Pkg != nil && roles.FrameworkOf(g.Pkg.Pkg.Path()) != nil
	case *ssa.MakeInterface:
		return ofFramework(deref(v.X.Type()))
	}
	return false
}

func ofFramework(t types.Type) bool {
	named, ok := types.Unalias(deref(t)).(*types.Named)
	return ok && named.Obj().Pkg() != nil && roles.FrameworkOf(named.Obj().Pkg().Path()) != nil
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// SitesOf iterates over the sites that a frame's process comes to in the frame's function. One that a wrapper makes is
// left to the frame of the wrapper's caller, if only that tells the server or the message.
func (m *Model) SitesOf(f *Frame) func(yield func(*Site) bool) {
	return func(yield func(*Site) bool) {
		for _, s := range m.lookup(f.Func.ID.Package()).sites[f.Func.ID] {
			if s.Go && !f.inside(s) || s.GoStmt || !Runs(s.Case, f.Msg) || s.wraps() {
				continue
			}
			if !yield(s) {
				return
			}
		}
	}
}
