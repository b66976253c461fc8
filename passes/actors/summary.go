package actors

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// summaries records, for every function, its edges, its blocking operations, its sites and the children it returns.
func (b *builder) summaries() {
	for _, f := range b.m.SSA.Funcs {
		b.findGoroutines(f)
	}
	for _, f := range b.m.SSA.Funcs {
		b.summary(f)
	}
	for _, f := range b.m.SSA.Funcs {
		r := b.returned(f)
		b.own[b.m.ids[f]].Returns, b.own[b.m.ids[f]].ReturnsOpen = r.children, r.open
	}
}

// findGoroutines finds the literals that go statements, processes and known spawners run, and those that are
// called where they are known.
func (b *builder) findGoroutines(f *ssa.Function) {
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			common := call.Common()
			if !common.IsInvoke() {
				if callee := b.callee(common); callee != nil && callee.Parent() != nil {
					b.called[callee] = true
					if _, isGo := call.(*ssa.Go); isGo {
						b.goroutine[callee] = true
					}
				}
			}
			spawned, sent, repeated := b.spawns(common), b.sends(common), b.repeats(common)
			if !spawned && !repeated {
				continue
			}
			for _, arg := range common.Args {
				if body := b.funcOf(arg); body != nil && body.Parent() != nil {
					b.goroutine[body] = b.goroutine[body] || spawned
					b.sent[body] = b.sent[body] || sent
					b.repeated[body] = b.repeated[body] || repeated
				}
			}
		}
	}
}

// sends says whether a call's function argument runs in a process that is there already.
func (b *builder) sends(call *ssa.CallCommon) bool {
	role, ok := roleOf(call)
	return ok && role.Runs()
}

// repeats says whether a call runs its function argument many times: it starts many at once, or makes many children.
func (b *builder) repeats(call *ssa.CallCommon) bool {
	role, ok := roleOf(call)
	return ok && (role.Many || role.Makes != 0)
}

// callee is the function that a call runs: the static one, or the literal or function in a variable.
func (b *builder) callee(call *ssa.CallCommon) *ssa.Function {
	if f := call.StaticCallee(); f != nil {
		return f
	}
	if call.IsInvoke() {
		return nil
	}
	return b.funcOf(call.Value)
}

// spawns says whether a call's function arguments run in another goroutine or process.
func (b *builder) spawns(call *ssa.CallCommon) bool {
	if role, ok := roleOf(call); ok {
		return role.Body != 0
	}
	callee := call.StaticCallee()
	return callee != nil && callee.Object() != nil && spawning[string(funcID(callee))]
}

func (b *builder) summary(f *ssa.Function) {
	fn := &Func{ID: b.m.ids[f], Pos: b.pos(f.Pos())}
	if file := b.m.files[fn.Pos.File]; file != nil {
		fn.Test, fn.Generated = file.Test, file.Generated
	}
	if obj, ok := f.Object().(*types.Func); ok {
		fn.Exported = obj.Exported()
		if recv := obj.Signature().Recv(); recv != nil {
			if named, ok := types.Unalias(deref(recv.Type())).(*types.Named); ok {
				fn.Recv = TypeID(namedID(named, b.pass.Fset, false))
				fn.Exported = fn.Exported && named.Obj().Exported()
			}
		}
	}
	if isHandler(f.Signature) {
		fn.Entry = HTTPEntry
	}
	b.own[fn.ID] = fn
	if p := b.flowOf(f).switched; p != nil {
		fn.Switched = paramOf(p)
	}
	fn.Retries = b.retries(f)
	for _, block := range f.Blocks {
		at := b.placeOf(f, block)
		for _, instr := range block.Instrs {
			b.instruction(f, fn, instr, at)
		}
	}
}

func (b *builder) instruction(f *ssa.Function, fn *Func, instr ssa.Instruction, at place) {
	switch instr := instr.(type) {
	case ssa.CallInstruction:
		b.call(f, fn, instr, at)
	case *ssa.MakeInterface:
		b.bind(instr.Type(), instr.X.Type(), b.conversion(instr), f, false)
	case *ssa.Send:
		fn.block(Block{Class: BlockChan, What: "send", Pos: b.pos(instr.Pos()), Local: b.local(instr.Chan)}, at)
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			fn.block(Block{Class: BlockChan, What: "receive", Pos: b.pos(instr.Pos()), Limit: b.signalled(instr.X), Local: b.local(instr.X)}, at)
		}
	case *ssa.Select:
		if instr.Blocking {
			fn.block(b.selects(instr), at)
		}
	}
	b.values(f, fn, instr, at)
	b.held(f, instr)
}

func (fn *Func) block(block Block, at place) {
	// In a literal that is a goroutine of its own, the literal itself is what blocks: Go is about its operand.
	block.Case, block.Loop = at.cases, at.loop
	fn.Blocks = append(fn.Blocks, block)
}

// call records a call as site, block or edge.
func (b *builder) call(f *ssa.Function, fn *Func, call ssa.CallInstruction, at place) {
	common := call.Common()
	_, isGo := call.(*ssa.Go)
	_, isDefer := call.(*ssa.Defer)
	from, to := b.syntax.extent(call)
	if role, ok := roleOf(common); ok {
		b.roleSite(f, call, role, at)
		if role.Kind.Blocks() {
			fn.block(Block{Class: BlockCall, What: role.String(), Pos: b.pos(from), Limit: b.limit(common), Go: isGo}, at)
		}
		switch {
		case role.Kind == roles.TrapExit:
			fn.Traps = fn.Traps || !isFalse(b.resolve(argument(common, role.Value)))
		case role.Effect == roles.Stops:
			fn.Ends = append(fn.Ends, End{b.pos(from), at.cases, b.normal(argument(common, role.Value))})
		}
		return
	}
	edge := Edge{Kind: StaticEdge, Pos: b.pos(from), End: b.pos(to), Go: isGo, Loop: at.loop, Input: at.input, Defer: isDefer, Case: at.cases, Limit: b.contextLimit(common)}
	if !isGo {
		b.releases(fn, common, edge)
	}
	if common.IsInvoke() {
		b.invoke(fn, common, edge, at)
		return
	}
	callee := b.callee(common)
	if callee == nil {
		return
	}
	if f.Synthetic == "package initializer" && callee.Synthetic == "package initializer" {
		return
	}
	edge.Callee = b.m.ID(callee)
	if b.m.InCone(edge.Callee) {
		b.operands(f, &edge, common, callee)
		b.childSite(f, call, at)
		fn.Edges = append(fn.Edges, edge)
		return
	}
	if class, ok := stdBlock(edge.Callee); ok {
		fn.block(Block{Class: class, What: edge.Callee.what(), Pos: edge.Pos, Limit: b.limit(common), Go: isGo}, at)
	}
}

// what is the function as a block's message prints it: "time.Sleep", "http.Client.Do".
func (f FuncID) what() string {
	pkg := f.Package()
	return pkg[lastSlash(pkg):] + "." + f.Name()
}

func lastSlash(s string) int {
	for i := len(s); i > 0; i-- {
		if s[i-1] == '/' {
			return i
		}
	}
	return 0
}

// invoke records a call through an interface: of the cone's as an edge, of the standard library's as a block.
func (b *builder) invoke(fn *Func, call *ssa.CallCommon, edge Edge, at place) {
	named, ok := types.Unalias(call.Value.Type()).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return
	}
	if b.inCone(named.Obj().Pkg().Path()) {
		edge.Kind, edge.Iface, edge.Method = InvokeEdge, b.typeID(named), call.Method.Name()
		b.refers(&edge, 1, call.Value)
		for i, arg := range call.Args {
			b.refers(&edge, i+2, arg)
		}
		b.builds(&edge, call, 1)
		fn.Edges = append(fn.Edges, edge)
		return
	}
	id := FuncID("(" + namedID(named, b.pass.Fset, false) + ")." + call.Method.Name())
	if class, ok := stdBlock(id); ok {
		fn.block(Block{Class: class, What: id.what(), Pos: edge.Pos, Limit: edge.Limit, Go: edge.Go}, at)
	}
}

func (b *builder) inCone(path string) bool { return b.m.InCone(FuncID(path + ".f")) }

// operands records what a wrapper's summary needs of its caller: type arguments, the types behind interfaces, and
// whether the dispatched message is passed on.
func (b *builder) operands(f *ssa.Function, edge *Edge, call *ssa.CallCommon, callee *ssa.Function) {
	for _, t := range typeArgs(call) {
		edge.TArgs = append(edge.TArgs, b.typeArg(t, f))
	}
	switched := b.messageParam(f)
	shift := 0
	if isBound(callee) {
		shift = 1
		if made, ok := b.resolve(call.Value).(*ssa.MakeClosure); ok && len(made.Bindings) == 1 {
			b.refers(edge, 1, made.Bindings[0])
		}
	}
	b.builds(edge, call, shift)
	for i, arg := range call.Args {
		i += shift
		b.refers(edge, i+1, arg)
		if !types.IsInterface(arg.Type()) {
			continue
		}
		v := b.resolve(arg)
		if p, ok := v.(*ssa.Parameter); ok && switched != nil && p == switched && i < 255 {
			edge.Forward = roles.Arg(i + 1)
		}
		if op := b.message(arg); op != (Operand{}) {
			for len(edge.Args) <= i {
				edge.Args = append(edge.Args, Operand{})
			}
			edge.Args[i] = op
		}
	}
}

// isBound says whether f is a method value: its receiver is not among the arguments.
func isBound(f *ssa.Function) bool {
	return f != nil && f.Parent() == nil && len(f.FreeVars) == 1
}

// values records the functions that an instruction takes as values: literals are made where they may run, others
// are known to exist.
func (b *builder) values(f *ssa.Function, fn *Func, instr ssa.Instruction, at place) {
	var spawned, sent, repeated bool
	var skip ssa.Value
	if call, ok := instr.(ssa.CallInstruction); ok {
		skip = call.Common().Value
		if call.Common().IsInvoke() {
			skip = nil
		}
		spawned, sent, repeated = b.spawns(call.Common()), b.sends(call.Common()), b.repeats(call.Common())
	}
	var buf [8]*ssa.Value
	for _, op := range instr.Operands(buf[:0]) {
		if *op == nil || *op == skip {
			continue
		}
		callee, ok := (*op).(*ssa.Function)
		if !ok || callee.Blocks == nil && callee.Origin() == nil && callee.Synthetic == "" && callee.Pkg != nil && !b.inCone(callee.Pkg.Pkg.Path()) {
			continue
		}
		id := b.m.ID(callee)
		if !b.m.InCone(id) || callee.Parent() != nil && b.called[callee] {
			continue
		}
		edge := Edge{Kind: ValueEdge, Callee: id, Pos: b.pos(valuePos(instr, callee)), Case: at.cases, Go: spawned, Sent: sent, Loop: at.loop || repeated}
		if callee.Parent() != nil {
			edge.Kind = LiteralEdge
			edge.Go, edge.Sent, edge.Loop = b.goroutine[callee], b.sent[callee], at.loop || b.repeated[callee]
			edge.Input = at.input
			edge.Now = !edge.Go && b.runsNow(instr, callee)
		}
		if !slices.ContainsFunc(fn.Edges, func(e Edge) bool { return e.Kind == edge.Kind && e.Callee == id && e.Pos == edge.Pos }) {
			fn.Edges = append(fn.Edges, edge)
		}
	}
}

func valuePos(instr ssa.Instruction, f *ssa.Function) token.Pos {
	if f.Parent() != nil {
		return f.Pos()
	}
	return instr.Pos()
}

// conversion is where a value becomes an interface; an implicit conversion has the position of what uses it.
func (b *builder) conversion(instr *ssa.MakeInterface) token.Pos {
	if instr.Pos().IsValid() {
		return instr.Pos()
	}
	for _, ref := range *instr.Referrers() {
		if call, ok := ref.(ssa.CallInstruction); ok {
			from, _ := b.syntax.extent(call)
			return from
		}
		if ref.Pos().IsValid() {
			return ref.Pos()
		}
	}
	return token.NoPos
}

// bind records that a concrete type becomes an interface of the cone, or by a view the interface of a reference.
func (b *builder) bind(iface, concrete types.Type, pos token.Pos, f *ssa.Function, view bool) {
	named, ok := types.Unalias(iface).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || !b.inCone(named.Obj().Pkg().Path()) {
		return
	}
	t, ok := named.Underlying().(*types.Interface)
	if !ok || t.NumMethods() == 0 {
		return
	}
	binding := Binding{Iface: b.typeID(named), Type: b.typeID(concrete), Pos: b.pos(pos), Func: b.m.ID(f), View: view}
	if !binding.Pos.IsValid() {
		binding.Pos = b.pos(f.Pos())
	}
	for i := range t.NumMethods() {
		method := t.Method(i)
		obj, _, _ := types.LookupFieldOrMethod(concrete, false, method.Pkg(), method.Name())
		if fn, ok := obj.(*types.Func); ok {
			binding.Methods = append(binding.Methods, Method{method.Name(), funcObjID(fn, b.pass.Fset)})
		}
	}
	for i, old := range b.m.Pkg.Bindings {
		if old.Iface == binding.Iface && old.Type == binding.Type {
			// One witness is enough, but better one that counts, and a view says more.
			if was, is := b.m.inTest(old.Pos), b.m.inTest(binding.Pos); was && !is || was == is && view && !old.View {
				b.m.Pkg.Bindings[i] = binding
			}
			return
		}
	}
	b.m.Pkg.Bindings = append(b.m.Pkg.Bindings, binding)
}
