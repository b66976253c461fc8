package actors

import (
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// embed is what a message type embeds.
type embed struct {
	kind          roles.CallbackKind
	server, reply types.Type
}

// embedOf finds the framework type that makes a struct a message.
func embedOf(t types.Type) (embed, bool) {
	if t == nil {
		return embed{}, false
	}
	if _, isRole := roles.TypeOf(t); isRole {
		return embed{}, false
	}
	s, ok := deref(t).Underlying().(*types.Struct)
	if !ok {
		return embed{}, false
	}
	for i := range s.NumFields() {
		field := s.Field(i)
		if !field.Embedded() {
			continue
		}
		row, ok := roles.TypeOf(field.Type())
		if !ok {
			continue
		}
		named, ok := types.Unalias(deref(field.Type())).(*types.Named)
		if !ok {
			continue
		}
		var args []types.Type
		for j := range named.TypeArgs().Len() {
			args = append(args, named.TypeArgs().At(j))
		}
		switch row.Kind {
		case roles.CallToType:
			return embed{roles.HandleCall, nth(args, row.Server), nth(args, row.Reply)}, true
		case roles.CastToType:
			return embed{kind: roles.HandleCast, server: nth(args, row.Server)}, true
		}
	}
	return embed{}, false
}

// declaredTypes iterates over the package's named types, those in functions included, in source order.
func (b *builder) declaredTypes() []*types.Named {
	var all []*types.Named
	for _, obj := range b.pass.TypesInfo.Defs {
		if tn, ok := obj.(*types.TypeName); ok && !tn.IsAlias() {
			if named, ok := tn.Type().(*types.Named); ok {
				all = append(all, named)
			}
		}
	}
	slices.SortFunc(all, func(a, b *types.Named) int { return int(a.Obj().Pos() - b.Obj().Pos()) })
	return all
}

// findServers finds the types that have a framework's required callbacks.
func (b *builder) findServers() {
	for _, named := range b.declaredTypes() {
		if types.IsInterface(named) {
			continue
		}
		var callbacks []Callback
		required := false
		star := ""
		methods := types.NewMethodSet(types.NewPointer(named))
		for i := range methods.Len() {
			obj, ok := methods.At(i).Obj().(*types.Func)
			if !ok {
				continue
			}
			row, ok := roles.CallbackOf(obj)
			if !ok || row.Kind == roles.Serve {
				continue
			}
			required = required || row.Required
			if types.NewMethodSet(named).Lookup(obj.Pkg(), obj.Name()) == nil {
				star = "*"
			}
			callbacks = append(callbacks, Callback{Kind: row.Kind, Func: funcObjID(obj, b.pass.Fset), Pos: b.pos(obj.Pos())})
		}
		if !required {
			continue
		}
		slices.SortFunc(callbacks, func(a, b Callback) int { return int(a.Kind) - int(b.Kind) })
		b.m.Pkg.Servers = append(b.m.Pkg.Servers, Server{
			Type: TypeID(star + namedID(named, b.pass.Fset, false)), Pos: b.pos(named.Obj().Pos()),
			Callbacks: callbacks, Exported: named.Obj().Exported(),
		})
	}
}

// findMessages finds the types that embed a request or an asynchronous message.
func (b *builder) findMessages() {
	for _, named := range b.declaredTypes() {
		e, ok := embedOf(named)
		if !ok {
			continue
		}
		msg := Message{
			Type: TypeID(namedID(named, b.pass.Fset, false)), Pos: b.pos(named.Obj().Pos()),
			Kind: e.kind, Exported: named.Obj().Exported(),
		}
		if e.server != nil {
			msg.Server = b.typeID(e.server)
		}
		if e.reply != nil {
			msg.Reply = b.typeID(e.reply)
		}
		b.m.Pkg.Messages = append(b.m.Pkg.Messages, msg)
	}
}

func (p *Package) callback(f FuncID) bool {
	for _, s := range p.Servers {
		if slices.ContainsFunc(s.Callbacks, func(c Callback) bool { return c.Func == f }) {
			return true
		}
	}
	return false
}

// handled finds the messages that each callback handles: the cases of its own dispatch and of the helpers that it
// passes the message to. It needs the functions' edges and writes.
func (b *builder) handled() {
	for i := range b.m.Pkg.Servers {
		s := &b.m.Pkg.Servers[i]
		for j := range s.Callbacks {
			c := &s.Callbacks[j]
			if c.Kind == roles.Init || c.Kind == roles.Terminate {
				continue
			}
			seen := map[FuncID]bool{}
			c.Open = b.handledBy(s, c.Kind, c.Func, seen)
			c.Refuses = b.refuses(b.m.ssaFuncs[c.Func], 0)
			for k := range s.Handles {
				h := &s.Handles[k]
				if h.Kind == c.Kind {
					h.ReadOnly = b.readOnly(c.Func, h.Msg)
				}
			}
		}
	}
}

func (b *builder) handledBy(s *Server, kind roles.CallbackKind, id FuncID, seen map[FuncID]bool) (open bool) {
	if seen[id] {
		return false
	}
	seen[id] = true
	f, fn := b.m.ssaFuncs[id], b.own[id]
	if f == nil { // a helper of another package: its cases are not in the model
		return true
	}
	for _, a := range b.flowOf(f).asserts {
		if types.IsInterface(a.AssertedType) {
			continue
		}
		msg := b.typeID(a.AssertedType)
		if !slices.ContainsFunc(s.Handles, func(h Handled) bool { return h.Kind == kind && h.Msg == msg }) {
			s.Handles = append(s.Handles, Handled{Kind: kind, Msg: msg, Pos: b.pos(a.Pos()), Func: id})
		}
	}
	open = b.escapes(f)
	for i := range fn.Edges {
		if e := &fn.Edges[i]; e.Forward != 0 {
			open = b.handledBy(s, kind, e.Callee, seen) || open
		}
	}
	return open
}

// messageParam is the parameter of a dispatching function that has the message: what it asserts on, or else its only
// one of type any. It may be nil.
func (b *builder) messageParam(f *ssa.Function) *ssa.Parameter {
	if p := b.flowOf(f).switched; p != nil {
		return p
	}
	var only *ssa.Parameter
	for _, p := range f.Params {
		if i, ok := types.Unalias(p.Type()).(*types.Interface); ok && i.Empty() {
			if only != nil {
				return nil
			}
			only = p
		}
	}
	return only
}

// escapes says whether the function's message goes where its type may decide something that the model does not
// see: into a variable or field, to an unknown function, into a comparison or reflection.
func (b *builder) escapes(f *ssa.Function) bool {
	msg := b.messageParam(f)
	if msg == nil || msg.Referrers() == nil {
		return true
	}
	for _, ref := range *msg.Referrers() {
		switch ref := ref.(type) {
		case *ssa.TypeAssert:
			if types.IsInterface(ref.AssertedType) {
				return true
			}
		case *ssa.DebugRef:
		case ssa.CallInstruction:
			if b.mayDispatch(ref.Common()) {
				return true
			}
		case *ssa.Store: // an argument list for fmt or slog, or a variable
			elem, isElem := ref.Addr.(*ssa.IndexAddr)
			if !isElem || !b.printed(elem.X) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// printed says whether a list is only an argument list of functions that print it.
func (b *builder) printed(list ssa.Value) bool {
	if list.Referrers() == nil {
		return false
	}
	for _, ref := range *list.Referrers() {
		switch ref := ref.(type) {
		case *ssa.IndexAddr, *ssa.DebugRef:
		case *ssa.Slice:
			if !b.printed(ref) {
				return false
			}
		case ssa.CallInstruction:
			if callee := b.callee(ref.Common()); callee == nil || !printing[b.m.ID(callee).Package()] {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// printing are packages whose functions keep nothing of what they are given and run none of it but to print it.
var printing = map[string]bool{"fmt": true, "log": true, "log/slog": true}

// mayDispatch says whether a callee that gets the message may decide by its type unseen. A function of the cone is
// looked into, see handledBy.
func (b *builder) mayDispatch(call *ssa.CallCommon) bool {
	if _, ok := roleOf(call); ok {
		return false
	}
	callee := b.callee(call)
	if callee == nil {
		return true
	}
	id := b.m.ID(callee)
	return !b.m.InCone(id) && !printing[id.Package()]
}
