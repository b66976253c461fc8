package actors

import (
	"go/constant"
	"go/types"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// giving are the methods of what has to be given back or written out: io.Closer and its like, without parameters, with
// an error or nothing as result.
var giving = map[string]bool{"Close": true, "Flush": true, "Sync": true, "Commit": true, "Rollback": true}

// removing are functions of the standard library that change what outlives the process, beside those that block.
var removing = map[FuncID]bool{
	"os.Remove": true, "os.RemoveAll": true, "os.Rename": true, "os.WriteFile": true, "(*os.File).Truncate": true,
	"(*os.Process).Kill": true, "(*os.Process).Signal": true,
}

// releases records a call that gives back or writes out something: a method that all closers, flushers and so on
// have, by its signature; the closing of a channel; a removal.
func (b *builder) releases(fn *Func, call *ssa.CallCommon, edge Edge) {
	if builtin, ok := call.Value.(*ssa.Builtin); ok {
		if builtin.Name() == "close" {
			fn.Releases = append(fn.Releases, Release{"close of a channel", edge.Pos})
		}
		return
	}
	method := call.Method
	var id FuncID
	if !call.IsInvoke() {
		callee := b.callee(call)
		if callee == nil {
			return
		}
		method, _ = callee.Object().(*types.Func)
		id = b.m.ID(callee)
	} else if named, ok := types.Unalias(call.Value.Type()).(*types.Named); ok {
		id = FuncID("(" + namedID(named, b.pass.Fset, false) + ")." + method.Name())
	} else {
		id = FuncID(method.FullName())
	}
	if removing[id] || method != nil && gives(method) {
		fn.Releases = append(fn.Releases, Release{id.what(), edge.Pos})
	}
}

// gives says whether a method is one that gives something back.
func gives(method *types.Func) bool {
	sig := method.Signature()
	if sig.Recv() == nil || sig.Params().Len() > 0 || !giving[method.Name()] {
		return false
	}
	results := sig.Results()
	return results.Len() == 0 || results.Len() == 1 && types.Identical(results.At(0).Type(), types.Universe.Lookup("error").Type())
}

// normal says whether an exit reason is that of a process that has done its work: no error, or the framework's.
func (b *builder) normal(v ssa.Value) bool {
	if v == nil {
		return false
	}
	switch v := b.resolve(v).(type) {
	case *ssa.Const:
		return v.IsNil()
	case *ssa.UnOp:
		g, ok := v.X.(*ssa.Global)
		return ok && roles.IsNormal(g.Object())
	}
	return false
}

func isFalse(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.Bool && !constant.BoolVal(k.Value)
}
