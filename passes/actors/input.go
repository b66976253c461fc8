package actors

import (
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// findInput finds the loops that go around once for each connection that is accepted or message that is received.
func (fl *flow) findInput(f *ssa.Function) {
	for _, block := range f.Blocks {
		if !fl.loop[block.Index] || !slices.ContainsFunc(block.Instrs, waitsForInput) {
			continue
		}
		if fl.input == nil {
			fl.input = make([]bool, len(f.Blocks))
		}
		for _, other := range f.Blocks {
			if other == block || leads(block, other) && leads(other, block) {
				fl.input[other.Index] = true
			}
		}
	}
}

func waitsForInput(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	if role, ok := roleOf(call.Common()); ok {
		return role.Kind == roles.Receive
	}
	name, pkg := "", ""
	if call.Call.IsInvoke() {
		if method := call.Call.Method; method.Pkg() != nil {
			name, pkg = method.Name(), method.Pkg().Path()
		}
	} else if callee := call.Call.StaticCallee(); callee != nil && callee.Pkg != nil {
		name, pkg = callee.Name(), callee.Pkg.Pkg.Path()
	}
	return pkg == "net" && (name == "Accept" || name == "AcceptTCP" || name == "AcceptUnix")
}

// leads says whether control may flow from one block to another.
func leads(from, to *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{}
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		for _, s := range b.Succs {
			if s == to {
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
	return visit(from)
}
