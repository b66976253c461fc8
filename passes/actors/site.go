package actors

import (
	"go/constant"
	"go/types"

	"github.com/otplint/otplint/passes/actorssa"
	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// siteKindOf maps the roles whose use is a site.
var siteKindOf = map[roles.Kind]SiteKind{
	roles.Call: CallSite, roles.Cast: CastSite, roles.TryCast: CastSite, roles.Invoke: InvokeSite,
	roles.Send: SendSite, roles.Start: StartSite, roles.StartLink: StartSite, roles.Spawn: SpawnSite,
	roles.SpawnLink: SpawnSite, roles.Async: SpawnSite, roles.Publish: SendSite, roles.StopServer: StopSite, roles.Inspect: InspectSite, roles.ManageChild: ManageSite, roles.Reply: ReplySite, roles.Fail: ReplySite,
	roles.Caller: ReplySite, roles.Monitor: MonitorSite, roles.Link: LinkSite, roles.Register: RegisterSite,
	roles.SendAfter: TimerSite, roles.SendEvery: TimerSite, roles.ChildMaker: ChildSite,
	roles.ChildRef: ChildRefSite, roles.StartChild: StartChildSite, roles.StartTree: RunSite,
	roles.Subscribe: AskSite, roles.Notify: AskSite, roles.TrapExit: AskSite,
	roles.Lookup: FindSite,
}

// targeted says whether a site of the kind addresses a server, and whether it has a message.
func (k SiteKind) targeted() (server, message bool) {
	switch k {
	case CallSite, CastSite:
		return true, true
	case InvokeSite, SendSite:
		return false, true
	case StartSite, StopSite, InspectSite, ReplySite, ConstructSite:
		return true, false
	case TimerSite:
		return false, true
	}
	return false, false
}

// targeted is that of the kind, for this site: a function is no message.
func (s *Site) targeted() (server, message bool) {
	server, message = s.Kind.targeted()
	return server, message && !s.Function
}

func (s *Site) resolved() bool {
	server, message := s.targeted()
	if s.Kind == InvokeSite {
		return false // the untyped door
	}
	return (!server || s.Target.Known()) && (!message || s.Msg.Known())
}

// param says whether what is not known is a parameter, so that the callers' sites count.
func (s *Site) param() bool {
	server, message := s.targeted()
	open := func(o Operand) bool { return !o.Known() && o.TArg == 0 && o.Param == 0 }
	return !(server && open(s.Target)) && !(message && open(s.Msg))
}

func (b *builder) site(s Site) {
	b.m.Pkg.Sites = append(b.m.Pkg.Sites, s)
}

func (b *builder) hasSite(id FuncID) bool {
	if b.sited == nil {
		b.sited = map[FuncID]bool{}
		for i := range b.m.Pkg.Sites {
			b.sited[b.m.Pkg.Sites[i].Func] = true
		}
	}
	return b.sited[id]
}

// roleSite records the use of a framework's function.
func (b *builder) roleSite(f *ssa.Function, call ssa.CallInstruction, role roles.Func, at place) {
	kind, ok := siteKindOf[role.Kind]
	switch {
	case role.Effect == roles.Idles:
		kind = AskSite
	case role.Kind == roles.Result && role.Msg != 0:
		kind = ContinueSite
	case role.Kind == roles.View:
		b.bindView(f, call, role)
		return
	case !ok:
		return
	}
	common := call.Common()
	targs := typeArgs(common)
	s := b.newSite(f, call, at)
	s.Kind, s.Role, s.ChildOf = kind, role.String(), role.ChildKind
	s.Target = b.typeArg(nth(targs, role.Server), f)
	if role.Server == 0 {
		s.Target = b.referred(call, role)
	}
	s.Function = role.Runs() && (kind == CallSite || kind == CastSite)
	s.Loop = s.Loop || role.Many
	s.Reply = b.typeArg(nth(targs, role.Reply), f).Type
	s.ID, s.IDParam = b.stringOf(argument(common, role.ID))
	s.Instance = b.reference(argument(common, role.Target))
	b.kept(&s, common, role)
	if role.Kind.Blocks() && len(common.Args) > 0 && isContext(common.Args[0].Type()) {
		s.As = b.instance(common.Args[0])
	}
	s.Linked = role.Kind == roles.StartLink || role.Kind == roles.SpawnLink || role.Kind == roles.Async
	if role.Kind == roles.Async { // only a process is linked to its task
		as := b.instance(argument(common, 1))
		s.Linked = as.Kind != UnknownInstance && as.Kind != NoInstance
	}
	s.Linked = s.Linked && !role.Unlinked || role.Kind == roles.Link && role.Value == 0 // Value: it links two others
	switch kind {
	case ReplySite:
		b.replySite(&s, common, role)
	case ChildRefSite:
		s.Instance = b.instanceOfChild(common.Args[0])
	case SendSite, TimerSite:
		s.Target = b.serverAt(argument(common, role.Target), f)
		s.Msg = b.message(argument(common, role.Msg))
	default:
		s.Msg = b.message(argument(common, role.Msg))
	}
	if kind == TimerSite && role.Target == 0 {
		s.Instance = Instance{Kind: SelfInstance}
	}
	s.Brings = b.brings(common, role, f)
	s.Effect = role.Effect
	if body := b.funcOf(argument(common, role.Body)); body != nil {
		s.Factory = b.m.ID(body)
	}
	if value, ok := call.(*ssa.Call); ok && role.Makes != 0 {
		if c := b.childOf(value); c != nil { // what it makes
			s.Target, s.Factory, s.Loop, s.Starts = Operand{Type: c.Server}, c.Factory, true, c.Of
		}
	}
	if c := b.childArgument(common, role); c != nil { // what is started
		s.Target, s.ID, s.IDParam, s.Factory, s.ChildOf = Operand{Type: c.Server}, c.ID, c.IDParam, c.Factory, c.Kind
		s.Child = c.Pos
		if kind == StartChildSite {
			s.Starts = c
		}
	}
	if kind == StartSite || kind == SpawnSite {
		s.ID, s.IDParam = b.startName(common)
		s.Name = s.ID
	}
	if kind == ChildSite {
		s.Name, _ = b.startName(common)
	}
	s.ReadOnly = s.Function && role.Reads // unless the function writes, which nobody knows yet
	b.site(s)
	b.findAgents(common, &s)
	if value, ok := call.(*ssa.Call); ok && role.ChildKind == roles.SupervisorChild {
		if c := b.childOf(value); c != nil && c.Tree != nil {
			b.m.Pkg.Trees = append(b.m.Pkg.Trees, *c.Tree)
		}
	}
}

// childArgument is the child that a role starts, or nil.
func (b *builder) childArgument(call *ssa.CallCommon, role roles.Func) *Child {
	if role.Kind != roles.StartChild && role.Kind != roles.StartTree {
		return nil
	}
	if v := argument(call, role.Child); v != nil {
		return b.childOf(v)
	}
	return nil
}

// serverAt is the server behind an untyped destination that was made from a reference.
func (b *builder) serverAt(dest ssa.Value, f *ssa.Function) Operand {
	if dest == nil {
		return Operand{}
	}
	if call, role, ok := b.roleCall(b.resolve(dest)); ok && role.Kind == roles.Dest {
		return b.typeArg(nth(typeArgs(call.Common()), role.Server), f)
	}
	return Operand{}
}

func (b *builder) newSite(f *ssa.Function, call ssa.CallInstruction, at place) Site {
	from, to := b.syntax.extent(call)
	_, isGo := call.(*ssa.Go)
	return Site{Func: b.m.ID(f), Pos: b.pos(from), End: b.pos(to), Go: at.goroutine || isGo, GoStmt: isGo, Loop: at.loop, Input: at.input, Case: at.cases}
}

func (b *builder) instanceOfChild(v ssa.Value) Instance {
	if c := b.childOf(v); c != nil {
		return Instance{Kind: ChildInstance, Value: c.ID, Pos: c.Pos}
	}
	return b.instance(v)
}

// replySite: the message is the type whose embed's method is called, or unknown for a kept caller.
func (b *builder) replySite(s *Site, call *ssa.CallCommon, role roles.Func) {
	if role.Kind == roles.Caller {
		s.Deferred = true
	}
	if role.Server == 0 {
		s.Deferred = true
		return
	}
	v := call.Args[0]
	if load, ok := v.(*ssa.UnOp); ok {
		v = load.X
	}
	switch v := v.(type) {
	case *ssa.FieldAddr:
		s.Msg = b.typeArg(deref(v.X.Type()), nil)
	case *ssa.Field:
		s.Msg = b.typeArg(v.X.Type(), nil)
	}
}

// startName is the constant name among a start's options.
func (b *builder) startName(call *ssa.CallCommon) (string, roles.Arg) {
	for _, arg := range call.Args {
		elems, _ := b.elements(arg)
		for _, e := range elems {
			if opt, role, ok := b.roleCall(b.resolve(e)); ok && role.Kind == roles.StartOption && role.ID != 0 {
				return b.stringOf(argument(opt.Common(), role.ID))
			}
		}
	}
	return "", 0
}

// message is the type of a message operand: what is behind the interface, or a parameter.
func (b *builder) message(v ssa.Value) Operand {
	if v == nil {
		return Operand{}
	}
	v = b.behind(v)
	if p, ok := v.(*ssa.Parameter); ok && types.IsInterface(p.Type()) {
		if _, isParam := types.Unalias(p.Type()).(*types.TypeParam); !isParam {
			return Operand{Param: paramOf(p)}
		}
	}
	if _, isParam := types.Unalias(v.Type()).(*types.TypeParam); !isParam && types.IsInterface(v.Type()) {
		return Operand{} // nobody knows what is in it
	}
	return b.typeArg(v.Type(), v.Parent())
}

// behind is what an interface's value is made of, as far as it is known. A conversion between named types is not
// followed: it makes another message.
func (b *builder) behind(v ssa.Value) ssa.Value {
	for range maxFollow {
		if _, isParam := types.Unalias(v.Type()).(*types.TypeParam); isParam || !types.IsInterface(v.Type()) {
			return v
		}
		var next ssa.Value
		switch v := v.(type) {
		case *ssa.MakeInterface:
			next = v.X
		case *ssa.ChangeInterface:
			next = v.X
		case *ssa.ChangeType:
			next = v.X
		case *ssa.UnOp:
			next = b.loaded(v, 0)
		case *ssa.FreeVar:
			next = actorssa.Binding(v)
		case *ssa.Phi:
			next = b.agreed(v, 0)
		}
		if next == nil {
			return v
		}
		v = next
	}
	return v
}

// typeArg is the operand that a type is, inside f: a type parameter stands for the caller's argument, and an
// interface type says nothing about what is in it unless it is a server's type.
func (b *builder) typeArg(t types.Type, f *ssa.Function) Operand {
	if t == nil {
		return Operand{}
	}
	tp, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return Operand{Type: b.typeID(t)}
	}
	if f == nil {
		return Operand{}
	}
	return Operand{TArg: typeParamOf(tp, outermost(f))}
}

// typeParamOf is the number of a type parameter: the receiver's first.
func typeParamOf(tp *types.TypeParam, f *ssa.Function) roles.Arg {
	n := 0
	for _, list := range []*types.TypeParamList{f.Signature.RecvTypeParams(), f.Signature.TypeParams()} {
		for i := range list.Len() {
			n++
			if list.At(i) == tp {
				return roles.Arg(n)
			}
		}
	}
	return 0
}

// typeArgs are the type arguments of a call, or of the type whose method it calls.
func typeArgs(call *ssa.CallCommon) []types.Type {
	if callee := call.StaticCallee(); callee != nil && len(callee.TypeArgs()) > 0 {
		return callee.TypeArgs()
	}
	if recv := call.Signature().Recv(); recv != nil {
		if named, ok := types.Unalias(deref(recv.Type())).(*types.Named); ok {
			var list []types.Type
			for i := range named.TypeArgs().Len() {
				list = append(list, named.TypeArgs().At(i))
			}
			return list
		}
	}
	return nil
}

func nth(list []types.Type, arg roles.Arg) types.Type {
	if i := arg.Index(); i >= 0 && i < len(list) {
		return list[i]
	}
	return nil
}

func deref(t types.Type) types.Type {
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// bindView records that a view's interface may be its server.
func (b *builder) bindView(f *ssa.Function, call ssa.CallInstruction, role roles.Func) {
	targs := typeArgs(call.Common())
	iface, server := nth(targs, role.Iface), nth(targs, role.Server)
	if iface == nil || server == nil {
		return
	}
	from, _ := b.syntax.extent(call)
	b.bind(iface, server, from, f, true)
}

// brings is the type of message that the runtime sends to whoever asks for it with the role, "" if it is none or not
// known.
func (b *builder) brings(call *ssa.CallCommon, role roles.Func, f *ssa.Function) TypeID {
	r := role.Brings
	if r == (roles.Brings{}) {
		return ""
	}
	if role.Kind == roles.TrapExit && !isTrue(argument(call, role.Value)) {
		return ""
	}
	of := nth(typeArgs(call), r.Arg)
	arg := b.typeArg(of, f).Type
	switch {
	case r.Arg != 0 && arg == "":
		return ""
	case r.Name == "" && types.IsInterface(of): // nobody knows what is in it
		return ""
	case r.Name == "":
		return arg
	}
	id := TypeID(role.Framework().Prefix + "/" + r.Package + "." + r.Name)
	if arg != "" {
		id += "[" + arg + "]"
	}
	return id
}

func isTrue(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.Bool && constant.BoolVal(c.Value)
}
