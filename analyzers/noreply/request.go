package noreply

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

// state is a set of what may have become of a request.
type state uint8

const (
	open     state = 1 << iota // nothing
	answered                   // once
	kept                       // it is where it may be answered
)

// op is what an instruction does to the request.
type op uint8

const (
	answers   op = iota + 1
	keeps        // and whatever else makes that it may be answered
	ends         // does not return
	delegates    // leaves it to a helper, whose result is returned
)

// request is what a function does to the request whose From it has as a parameter.
type request struct {
	c      *check
	f      *ssa.Function
	from   *ssa.Parameter
	ops    map[ssa.Instruction]op
	before map[ssa.Instruction]state      // each op or return
	buries map[ssa.Instruction]*types.Var // puts From or Caller into this field, which nobody reads
	drops  map[ssa.Instruction]bool       // takes a Caller that goes nowhere
	takes  map[ssa.Instruction]*ssa.Call  // the Caller that an op keeps
	atEnd  state                          // of those returns that can be reached
}

// request of a function, or nil if the function calls itself.
func (c *check) request(from *ssa.Parameter) *request {
	if r, ok := c.requests[from]; ok {
		return r
	}
	c.requests[from] = nil
	r := &request{
		c: c, f: from.Parent(), from: from,
		ops:    map[ssa.Instruction]op{},
		before: map[ssa.Instruction]state{},
		buries: map[ssa.Instruction]*types.Var{},
		drops:  map[ssa.Instruction]bool{},
		takes:  map[ssa.Instruction]*ssa.Call{},
	}
	r.given(from)
	r.surroundings()
	r.spread()
	c.requests[from] = r
	return r
}

// given records what becomes of a From.
func (r *request) given(v ssa.Value) {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.DebugRef, *ssa.BinOp:
		case *ssa.Store:
			if a, ok := ref.Addr.(*ssa.Alloc); ok && ref.Val == v {
				r.variable(a, ref)
			} else if !r.buried(ref, v) {
				r.ops[ref] = keeps
			}
		case *ssa.Call:
			r.call(ref, v)
		case *ssa.Phi: // one of several requests
			r.ops[r.f.Blocks[0].Instrs[0]] = keeps
		default:
			if !r.buried(ref, v) {
				r.ops[ref] = keeps
			}
		}
	}
}

// variable records what becomes of a From in a variable whose address is needed, mostly by a literal.
func (r *request) variable(a *ssa.Alloc, init *ssa.Store) {
	for _, ref := range *a.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			r.given(ref)
		case *ssa.DebugRef:
		default:
			if ref != ssa.Instruction(init) {
				r.ops[ref] = keeps
			}
		}
	}
}

// call records what a call does that gets the From.
func (r *request) call(call *ssa.Call, from ssa.Value) {
	common := call.Common()
	if role, ok := roleOf(common); ok {
		switch {
		case (role.Kind == roles.Reply || role.Kind == roles.Fail) && role.Server != 0:
			r.ops[call] = answers
		case role.Kind == roles.Caller:
			r.caller(call)
		default:
			r.ops[call] = keeps
		}
		return
	}
	if r.c.reads(common, from, roles.FromType) {
		return
	}
	g := r.c.helper(common)
	if g == nil {
		r.ops[call] = keeps
		return
	}
	p := fromOf(g)
	if p == nil || len(common.Args) != len(g.Params) || common.Args[index(p)] != from {
		r.ops[call] = keeps
		return
	}
	if tail(call) && r.c.leaves(g) {
		r.ops[call] = delegates
		return
	}
	h := r.c.request(p)
	switch {
	case h == nil:
		r.ops[call] = keeps
	case h.atEnd == 0:
		r.ops[call] = ends
	case h.atEnd == answered:
		r.ops[call] = answers
	case h.atEnd != open:
		r.ops[call] = keeps
	}
}

// caller records what becomes of a Caller.
func (r *request) caller(taken *ssa.Call) {
	used := false
	for _, ref := range *taken.Referrers() {
		if _, ok := ref.(*ssa.DebugRef); ok {
			continue
		}
		if call, ok := ref.(*ssa.Call); ok {
			if role, ok := roleOf(call.Common()); ok && (role.Kind == roles.Reply || role.Kind == roles.Fail) && role.Server == 0 && call.Call.Args[0] == ssa.Value(taken) {
				r.ops[call], used = answers, true
				continue
			}
			if r.c.reads(call.Common(), taken, roles.CallerType) {
				continue
			}
		}
		if r.buried(ref, taken) {
			used = true
			continue
		}
		used = true
		if _, ok := ref.(*ssa.Phi); ok { // somewhere on its way
			r.ops[taken], r.takes[taken] = keeps, taken
		} else {
			r.ops[ref], r.takes[ref] = keeps, taken
		}
	}
	if !used {
		r.drops[taken] = true
	}
}

// buried says whether an instruction puts a From or Caller into a field that nobody reads.
func (r *request) buried(ref ssa.Instruction, v ssa.Value) bool {
	var field *types.Var
	switch ref := ref.(type) {
	case *ssa.Store:
		if ref.Val == v {
			field = r.grave(ref.Addr)
		}
	case *ssa.MapUpdate:
		field = r.loaded(ref.Map)
	}
	if field == nil {
		return false
	}
	r.buries[ref] = field
	return true
}

// grave is the field that nobody reads and in which the address lies, or nil.
func (r *request) grave(addr ssa.Value) *types.Var {
	switch addr := addr.(type) {
	case *ssa.FieldAddr:
		if f := fieldOf(addr); r.c.dead[f] {
			return f
		}
	case *ssa.IndexAddr:
		if list, ok := addr.X.(*ssa.Alloc); ok {
			return r.appended(list)
		}
		return r.loaded(addr.X)
	}
	return nil
}

// loaded is the field that nobody reads and that holds the map or slice, or nil.
func (r *request) loaded(v ssa.Value) *types.Var {
	if load, ok := v.(*ssa.UnOp); ok {
		if addr, ok := load.X.(*ssa.FieldAddr); ok && r.c.dead[fieldOf(addr)] {
			return fieldOf(addr)
		}
	}
	return nil
}

// appended is the field that nobody reads to which the list of arguments is appended, or nil.
func (r *request) appended(list *ssa.Alloc) *types.Var {
	for _, ref := range *list.Referrers() {
		slice, ok := ref.(*ssa.Slice)
		if !ok {
			continue
		}
		for _, ref := range *slice.Referrers() {
			call, ok := ref.(*ssa.Call)
			if !ok {
				return nil
			}
			if b, ok := call.Call.Value.(*ssa.Builtin); !ok || b.Name() != "append" || len(*call.Referrers()) != 1 {
				return nil
			}
			put, ok := (*call.Referrers())[0].(*ssa.Store)
			if !ok {
				return nil
			}
			if addr, ok := put.Addr.(*ssa.FieldAddr); ok && r.c.dead[fieldOf(addr)] {
				return fieldOf(addr)
			}
			return nil
		}
	}
	return nil
}

// surroundings records calls that end the server or the function, whoever has the From.
func (r *request) surroundings() {
	for _, block := range r.f.Blocks {
		for _, instr := range block.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || r.ops[call] != 0 {
				continue
			}
			switch e := r.c.effectOf(call.Common()); {
			case e&never != 0:
				r.ops[call] = ends
			case e&exits != 0 || e&notices != 0 && r.c.mayStop():
				r.ops[call] = keeps
			}
		}
	}
}

// after is the state behind an op.
func (s state) after(o op) state {
	switch o {
	case answers:
		return s&kept | answered // what was kept is somebody else's business
	case keeps, delegates:
		return kept
	}
	return s
}

// spread computes the states before each op and return: those of all paths.
func (r *request) spread() {
	in := make([]state, len(r.f.Blocks))
	in[0] = open
	work := []*ssa.BasicBlock{r.f.Blocks[0]}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		s, live := in[b.Index], true
		for _, instr := range b.Instrs {
			o := r.ops[instr]
			_, returns := instr.(*ssa.Return)
			if returns || o != 0 {
				r.before[instr] |= s
				s = s.after(o)
				live = live && o != ends
			}
			if returns { // maybe the From or Caller itself
				r.atEnd |= s
			}
			if !live {
				break
			}
		}
		if !live {
			continue
		}
		for _, to := range b.Succs {
			if in[to.Index]|s != in[to.Index] {
				in[to.Index] |= s
				work = append(work, to)
			}
		}
	}
}
