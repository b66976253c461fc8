package msgshape

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// answers reports answers to requests that wait for another type.
func (c *check) answers() {
	o := &origins{check: c, stored: map[*types.Var][]*ssa.Store{}, calls: map[*ssa.Function][]*ssa.Call{}, lost: map[*types.Var]bool{}, values: map[*ssa.Function]bool{}}
	sites := map[actors.Pos]*actors.Site{}
	for i := range c.m.Pkg.Sites {
		if s := &c.m.Pkg.Sites[i]; s.Kind == actors.ReplySite && s.Msg.Known() && len(s.Via) == 0 && !c.m.Quiet(s.Pos) {
			sites[s.Pos] = s
		}
	}
	if len(sites) == 0 {
		return
	}
	o.read()
	for _, call := range o.replies {
		site := sites[c.m.PosOf(c.start(call))]
		if site == nil || site.Reply == "" {
			continue
		}
		requests, ok := o.of(fromIn(call.Common()), call, 0)
		if !ok || len(requests) == 0 || slices.ContainsFunc(requests, func(r *actors.Message) bool { return mayBe(r.Reply, site.Reply) }) {
			continue
		}
		c.wrong(call, site, requests)
	}
}

// mayBe says whether the types may be the same.
func mayBe(a, b actors.TypeID) bool {
	return a == "" || a == b || strings.Contains(string(a), "?") || strings.Contains(string(b), "?")
}

func (c *check) wrong(call *ssa.Call, site *actors.Site, requests []*actors.Message) {
	var names []string
	var related []analysis.RelatedInformation
	for _, r := range requests {
		names = append(names, r.Type.Name())
		related = append(related, analysis.RelatedInformation{
			Pos: c.m.TokenPos(r.Pos), Message: fmt.Sprintf("%s is answered with %s", r.Type.Name(), short(r.Reply)),
		})
	}
	c.pass.Report(analysis.Diagnostic{
		Pos: c.start(call),
		Message: fmt.Sprintf("%s of %s gets the From of %s, whose caller waits for %s and not %s: it panics and crashes the server; use the method of the request that the From came with",
			call.Call.StaticCallee().Name(), site.Msg.Type.Name(), strings.Join(names, ", "), short(requests[0].Reply), short(site.Reply)),
		Related: related,
	})
}

// short is a type as messages print it, without import paths.
func short(t actors.TypeID) string {
	s := string(t)
	i := strings.LastIndexByte(s, '/')
	if i < 0 || strings.ContainsAny(s, "[{ ") {
		return s
	}
	stars := len(s) - len(strings.TrimLeft(s, "*"))
	return s[:stars] + s[i+1:]
}

// start of a call, of which SSA knows the parenthesis.
func (c *check) start(call *ssa.Call) token.Pos {
	for _, file := range c.pass.Files {
		if file.FileStart > call.Pos() || call.Pos() > file.FileEnd {
			continue
		}
		start := call.Pos()
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(*ast.CallExpr); ok && e.Lparen == call.Pos() {
				start = e.Pos()
			}
			return n == nil || n.Pos() <= call.Pos() && call.Pos() <= n.End()
		})
		return start
	}
	return call.Pos()
}

// fromIn is the From among a call's arguments, or nil.
func fromIn(call *ssa.CallCommon) ssa.Value {
	for _, arg := range call.Args {
		if isFrom(arg.Type()) {
			return arg
		}
	}
	return nil
}

func isFrom(t types.Type) bool {
	_, pointer := types.Unalias(t).(*types.Pointer)
	return !pointer && roles.IsType(t, roles.FromType)
}

// origins knows which requests a From may belong to.
type origins struct {
	*check
	replies []*ssa.Call
	stored  map[*types.Var][]*ssa.Store // into fields
	lost    map[*types.Var]bool         // fields that others may write to
	calls   map[*ssa.Function][]*ssa.Call
	values  map[*ssa.Function]bool // used otherwise than called
}

// read finds the answers, the stores into fields for Froms, and the calls of each function.
func (o *origins) read() {
	for _, f := range o.m.SSA.Funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				o.instruction(instr)
			}
		}
	}
}

func (o *origins) instruction(instr ssa.Instruction) {
	var called ssa.Value
	switch instr := instr.(type) {
	case *ssa.FieldAddr:
		if f := fieldOf(instr.X.Type(), instr.Field); isFrom(f.Type()) {
			o.field(f, instr)
		}
	case *ssa.Call:
		if !instr.Call.IsInvoke() {
			called = instr.Call.Value
		}
		callee := instr.Call.StaticCallee()
		if callee == nil {
			break
		}
		if obj, ok := callee.Object().(*types.Func); ok {
			if role, ok := roles.Of(obj); ok {
				switch role.Kind {
				case roles.Reply, roles.Fail, roles.Caller:
					if role.Server != 0 && fromIn(instr.Common()) != nil {
						o.replies = append(o.replies, instr)
					}
				}
			}
		}
		if g := o.m.SSAFunc(o.m.ID(callee)); g != nil {
			o.calls[g] = append(o.calls[g], instr)
		}
	}
	var buf [8]*ssa.Value
	for _, operand := range instr.Operands(buf[:0]) {
		if f, ok := (*operand).(*ssa.Function); ok && *operand != called {
			o.values[o.m.SSAFunc(o.m.ID(f))] = true
		}
	}
}

// field notes what a field's address is used for.
func (o *origins) field(f *types.Var, addr *ssa.FieldAddr) {
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.Store:
			if ref.Addr == ssa.Value(addr) {
				o.stored[f] = append(o.stored[f], ref)
			} else {
				o.lost[f] = true
			}
		default:
			o.lost[f] = true
		}
	}
}

func fieldOf(t types.Type, index int) *types.Var {
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if s, ok := types.Unalias(t).Underlying().(*types.Struct); ok {
		return s.Field(index).Origin()
	}
	return types.NewField(token.NoPos, nil, "", types.Typ[types.Invalid], false)
}

// of lists the requests that a From may belong to where it is used; false if there may be others.
func (o *origins) of(v ssa.Value, at ssa.Instruction, depth int) ([]*actors.Message, bool) {
	if depth > 6 {
		return nil, false
	}
	depth++
	switch v := v.(type) {
	case *ssa.Parameter:
		return o.ofParam(v, at, depth)
	case *ssa.Field:
		return o.ofField(fieldOf(v.X.Type(), v.Field), depth)
	case *ssa.UnOp:
		if addr, ok := v.X.(*ssa.FieldAddr); ok && v.Op == token.MUL {
			return o.ofField(fieldOf(addr.X.Type(), addr.Field), depth)
		}
	case *ssa.Phi:
		var all []*actors.Message
		for _, edge := range v.Edges {
			some, ok := o.of(edge, at, depth)
			if !ok {
				return nil, false
			}
			all = append(all, some...)
		}
		return all, true
	}
	return nil, false
}

// ofParam: a callback's is that of the requests whose case it is in, a helper's what its callers pass.
func (o *origins) ofParam(p *ssa.Parameter, at ssa.Instruction, depth int) ([]*actors.Message, bool) {
	f := p.Parent()
	cases := o.m.Cases(at.Block())
	if cb := o.m.CallbackOf(o.m.ID(f)); cb != nil && cb.Kind == roles.HandleCall || cases != nil && o.forwarded(f) {
		return o.requests(cases)
	}
	if cases != nil || o.values[f] || len(o.calls[f]) == 0 || f.Parent() != nil || token.IsExported(f.Name()) {
		return nil, false
	}
	var all []*actors.Message
	for _, call := range o.calls[f] {
		if len(call.Call.Args) != len(f.Params) {
			return nil, false
		}
		some, ok := o.of(call.Call.Args[slices.Index(f.Params, p)], call, depth)
		if !ok {
			return nil, false
		}
		all = append(all, some...)
	}
	return all, true
}

// forwarded says whether all callers pass a helper the message that it dispatches on.
func (o *origins) forwarded(f *ssa.Function) bool {
	fn := o.m.Func(o.m.ID(f))
	if fn == nil || fn.Switched == 0 {
		return false
	}
	any := false
	for _, e := range o.m.Callers(fn.ID) {
		if any = true; e.Forward != fn.Switched {
			return false
		}
	}
	return any
}

// requests are the messages with the IDs, if all are known.
func (o *origins) requests(ids []actors.TypeID) ([]*actors.Message, bool) {
	var all []*actors.Message
	for _, id := range ids {
		m := o.m.Message(id)
		if m == nil || m.Kind != roles.HandleCall {
			return nil, false
		}
		all = append(all, m)
	}
	return all, len(all) > 0
}

// ofField are the requests whose From is put into an unexported field.
func (o *origins) ofField(f *types.Var, depth int) ([]*actors.Message, bool) {
	if f.Exported() || o.lost[f] || f.Pkg() != o.pass.Pkg || len(o.stored[f]) == 0 {
		return nil, false
	}
	var all []*actors.Message
	for _, store := range o.stored[f] {
		some, ok := o.of(store.Val, store, depth)
		if !ok {
			return nil, false
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b *actors.Message) int { return strings.Compare(string(a.Type), string(b.Type)) })
	return slices.Compact(all), true
}
