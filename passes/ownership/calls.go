package ownership

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

// call adds what a call, a defer or a go statement does to objects.
func (f *flow) call(in ssa.CallInstruction) {
	c := in.Common()
	if b, ok := c.Value.(*ssa.Builtin); ok {
		f.builtin(b.Name(), in)
		return
	}
	if f.known(in) {
		return
	}
	callee := f.body(c)
	for i, a := range c.Args {
		if !carries(a.Type()) {
			continue
		}
		switch {
		case callee != nil && i < len(callee.Params):
			f.join(callee.Params[i], a)
		case isContext(a.Type()):
			// Whoever gets a context cannot cancel it.
		case isHandle(a.Type()) && f.usesOnly(in, i):
		default:
			f.escape(a)
		}
	}
	v := in.Value()
	if v == nil || !carries(v.Type()) {
		return
	}
	if callee != nil {
		f.union(v, result{callee, 0})
	} else if _, tuple := v.Type().(*types.Tuple); !tuple && !f.fresh(c, 0) {
		f.unknown(v)
	}
}

// usesOnly handles a process that is passed to a function of another package.
// It reports false if that function may own it from now on.
func (f *flow) usesOnly(in ssa.CallInstruction, i int) bool {
	fn := calleeOf(in.Common())
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil || roles.FrameworkOf(fn.Object().Pkg().Path()) != nil {
		return false
	}
	if s := f.deps[fn.Object().(*types.Func).FullName()]; s != nil && s.Owns&(1<<i) != 0 {
		f.event(opStop, in.Common().Args[i], in)
	}
	return true
}

// fresh reports whether the i-th result of a call of another package's function
// is an object that nobody else holds.
func (f *flow) fresh(c *ssa.CallCommon, i int) bool {
	if s, ok := f.startOf(c); ok {
		return s.result == i
	}
	fn := c.StaticCallee()
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil {
		return false
	}
	return fn.Object().Pkg().Path() == "net" && fn.Name() == "Listen"
}

func (f *flow) builtin(name string, in ssa.CallInstruction) {
	args := in.Common().Args
	switch name {
	case "close":
		f.event(opClose, args[0], in)
	case "append", "copy":
		for _, a := range args[1:] {
			f.join(args[0], a)
		}
		if v := in.Value(); v != nil {
			f.join(v, args[0])
		}
	}
}

// known handles the calls whose effect on an object is known, and reports
// whether the call was one.
func (f *flow) known(in ssa.CallInstruction) bool {
	c := in.Common()
	if o, ok := contextCall(c); ok {
		if v := in.Value(); v != nil && carries(v.Type()) {
			f.contextResult(v, c, o)
		}
		return true
	}
	if f.roleCall(in) {
		return true
	}
	recv, method := methodOf(c)
	if recv == nil {
		return f.knownFunc(in)
	}
	t := recv.Type()
	switch {
	case isContext(t):
		if v := in.Value(); method == "Done" && v != nil {
			f.union(v, f.node(recv))
		}
		return method == "Done" || method == "Err" || method == "Value" || method == "Deadline"
	case isGroup(t) && f.body(c) == nil:
		switch method {
		case "Done":
			f.event(opDone, recv, in)
		case "Wait":
			f.event(opWait, recv, in)
		}
		return true
	case isServer(t):
		if method == "Shutdown" || method == "Close" {
			f.event(opStop, recv, in)
		}
		return f.escapeArgs(c)
	case isListener(t) && f.body(c) == nil:
		if method == "Close" {
			f.event(opClose, recv, in)
		}
		return true
	}
	return false
}

// knownFunc handles functions, as known does methods.
func (f *flow) knownFunc(in ssa.CallInstruction) bool {
	fn := in.Common().StaticCallee()
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil {
		return false
	}
	switch fn.Object().Pkg().Path() + "." + fn.Name() {
	case "time.Tick":
		f.of(in.Value()).ticks = true
	case "time.After":
		f.of(in.Value()).live = true
	case "os/signal.Notify", "os/signal.Stop":
		f.of(in.Common().Args[0]).signals = true
	case "net/http.Serve", "net/http.ServeTLS":
		// Serving a listener does not close it on anybody's behalf.
	default:
		return false
	}
	return true
}

// escapeArgs lets all arguments but the receiver escape, and reports true.
func (f *flow) escapeArgs(c *ssa.CallCommon) bool {
	args := c.Args
	if !c.IsInvoke() && len(args) > 0 {
		args = args[1:]
	}
	for _, a := range args {
		if carries(a.Type()) && !isContext(a.Type()) && !isListener(a.Type()) {
			f.escape(a)
		}
	}
	return true
}

// A contextOp says how package context makes a context.
type contextOp uint8

const (
	ctxInert   contextOp = iota // Background, TODO
	ctxDerived                  // WithValue, WithoutCancel: no new way to cancel
	ctxLive                     // WithCancel and the like
)

// contextCall recognises the functions of package context.
func contextCall(c *ssa.CallCommon) (contextOp, bool) {
	fn := c.StaticCallee()
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil || fn.Object().Pkg().Path() != "context" {
		return 0, false
	}
	switch fn.Name() {
	case "Background", "TODO":
		return ctxInert, true
	case "WithoutCancel":
		return ctxInert, true
	case "WithValue":
		return ctxDerived, true
	case "WithCancel", "WithCancelCause", "WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause":
		return ctxLive, true
	}
	return 0, false
}

func (f *flow) contextResult(v ssa.Value, c *ssa.CallCommon, op contextOp) {
	if !isContext(v.Type()) {
		return
	}
	switch op {
	case ctxInert:
		f.of(v).inert = true
	case ctxDerived:
		f.union(v, f.node(c.Args[0]))
	case ctxLive:
		f.of(v).live = true
	}
}

// methodOf returns the receiver and the method's name of a call of a method.
func methodOf(c *ssa.CallCommon) (ssa.Value, string) {
	if c.IsInvoke() {
		return c.Value, c.Method.Name()
	}
	fn := c.StaticCallee()
	if fn == nil || fn.Signature.Recv() == nil || len(c.Args) == 0 {
		return nil, ""
	}
	return c.Args[0], fn.Name()
}
