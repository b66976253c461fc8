package restarttype

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// oneShot is how a function ends normally if it certainly does its work and returns; nil if it may last, or nobody knows.
func (c *check) oneShot(f *ssa.Function, how string) *ending {
	if f == nil || f.Blocks == nil || !c.finite(f, map[*ssa.Function]bool{}) {
		return nil
	}
	for _, b := range f.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if ok && len(ret.Results) == 1 && mayBeNil(ret.Results[0]) {
			return &ending{how, c.m.PosOf(ret.Pos())}
		}
	}
	return nil
}

// mayBeNil says whether an error is nil as a rule: no error at all, or what a call returns.
func mayBeNil(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.IsNil()
	case *ssa.Extract:
		return true
	case *ssa.Call:
		callee := v.Call.StaticCallee()
		return callee == nil || callee.String() != "errors.New" && callee.String() != "fmt.Errorf"
	}
	return false
}

// finite says whether a function and all that it calls is known and comes to an end without waiting for others that
// may take for ever: no loop but over what is finite, no channel, no server that accepts connections.
func (c *check) finite(f *ssa.Function, seen map[*ssa.Function]bool) bool {
	if seen[f] {
		return false // it calls itself
	}
	seen[f] = true
	defer delete(seen, f)
	if fn := c.m.Func(c.m.ID(f)); fn != nil {
		for i := range fn.Blocks {
			if lasts(&fn.Blocks[i]) {
				return false
			}
		}
	}
	for _, b := range f.Blocks {
		for _, s := range b.Succs {
			if s.Dominates(b) && !bounded[s.Comment] {
				return false
			}
		}
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select:
				return false // also one with a default: it looks for a stop
			case ssa.CallInstruction:
				if _, isGo := instr.(*ssa.Go); !isGo && !c.returns(instr.Common(), seen) {
					return false
				}
			}
		}
	}
	return true
}

// bounded are ssa's names of loops over what is finite.
var bounded = map[string]bool{"rangeindex.loop": true, "rangeiter.loop": true, "rangeint.loop": true}

// lasts says whether an operation may take as long as the program.
func lasts(b *actors.Block) bool {
	switch b.Class {
	case actors.BlockChan, actors.BlockLock:
		return !strings.HasSuffix(b.What, "Lock")
	case actors.BlockFile:
		return strings.HasPrefix(b.What, "io.") || strings.HasPrefix(b.What, "os.File.Read")
	case actors.BlockIO:
		return !strings.HasPrefix(b.What, "sql.") && !strings.HasPrefix(b.What, "net.Lookup") && !requests[b.What]
	}
	return false
}

// requests are exchanges with another machine that end with its answer.
var requests = map[string]bool{
	"http.Get": true, "http.Head": true, "http.Post": true, "http.PostForm": true, "http.Client.Do": true, "http.Client.Get": true,
	"http.Client.Head": true, "http.Client.Post": true, "http.Client.PostForm": true, "smtp.SendMail": true,
}

// returns says whether a call certainly comes back.
func (c *check) returns(call *ssa.CallCommon, seen map[*ssa.Function]bool) bool {
	if _, ok := call.Value.(*ssa.Builtin); ok {
		return true
	}
	if call.IsInvoke() {
		pkg := call.Method.Pkg() // nil: an error's text
		return pkg == nil || call.Method.Name() == "Close" && c.standard(pkg.Path())
	}
	callee := call.StaticCallee()
	if callee == nil {
		return false
	}
	if obj, ok := callee.Object().(*types.Func); ok {
		if role, ok := roles.Of(obj); ok {
			switch role.Kind {
			case roles.Call, roles.Cast, roles.TryCast, roles.Send, roles.Publish, roles.Register, roles.Lookup, roles.Self, roles.Dest:
				return true
			}
			return false
		}
	}
	id := c.m.ID(callee)
	switch {
	case c.m.SSAFunc(id) != nil:
		return c.finite(c.m.SSAFunc(id), seen)
	case callee.Parent() != nil:
		return c.finite(callee, seen)
	}
	return c.standard(id.Package())
}

// standard says whether a package is of the standard library.
func (c *check) standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	if mod := c.pass.Module; mod != nil && (path == mod.Path || strings.HasPrefix(path, mod.Path+"/")) {
		return false
	}
	return path != "" && !strings.Contains(first, ".") && !c.m.InCone(actors.FuncID(path+".f"))
}

// serve is the Serve method of what a factory makes, if that is of one type.
func (c *check) serve(factory actors.FuncID) *ssa.Function {
	f := c.m.SSAFunc(factory)
	if f == nil {
		return nil
	}
	var made types.Type
	for _, b := range f.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		iface, ok := ret.Results[0].(*ssa.MakeInterface)
		if !ok || made != nil {
			return nil
		}
		made = iface.X.Type()
	}
	if made == nil {
		return nil
	}
	for method := range types.NewMethodSet(made).Methods() {
		fn, _ := method.Obj().(*types.Func)
		if cb, ok := roles.CallbackOf(fn); ok && cb.Kind == roles.Serve {
			return f.Prog.FuncValue(fn)
		}
	}
	return nil
}
