package noreply

import (
	"go/constant"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// maxBlocks bounds the paths that are looked at in a function.
const maxBlocks = 20_000

// path is one way through a function, up to where the walk is.
type path struct {
	state state
	first *ssa.Call         // what answered
	lost  []ssa.Instruction // that take a Caller, or put it where nobody answers it
	conds []cond
	soft  bool   // a condition depends on an earlier one, but was written for this way
	hard  bool   // whether the code can go this way nobody knows
	falls []cond // none of several conditions on the same held
}

// certain says whether the code can go the way; only says whether all ways to the same place are the same.
func (p *path) certain(only bool) bool {
	return !p.hard && len(p.falls) == 0 && (!p.soft || only)
}

// walker walks the paths of a function, through each loop at most once.
type walker struct {
	r      *request
	given  []*ssa.Parameter // what a helper's callers decide
	on     map[*ssa.BasicBlock]bool
	phis   map[*ssa.Phi]ssa.Value
	loops  map[*ssa.BasicBlock]loop
	left   int
	ret    func(p *path, ret *ssa.Return)
	again  func(p *path, second *ssa.Call)
	retake func(p *path, keep ssa.Instruction)
	leave  func(p *path, call *ssa.Call)
}

func (w *walker) walk() {
	w.on, w.phis, w.left = map[*ssa.BasicBlock]bool{}, map[*ssa.Phi]ssa.Value{}, maxBlocks
	w.loops = w.findLoops()
	w.block(w.r.f.Blocks[0], nil, path{state: open})
}

func (w *walker) block(b, pred *ssa.BasicBlock, p path) {
	if w.left--; w.on[b] || w.left < 0 {
		return
	}
	w.on[b] = true
	defer delete(w.on, b)
	w.enter(b, pred)
	for _, instr := range b.Instrs {
		switch instr := instr.(type) {
		case *ssa.If:
			w.branch(b, instr, p)
			return
		case *ssa.Return:
			w.ret(&p, instr)
			return
		}
		if w.r.drops[instr] || w.r.buries[instr] != nil {
			p.lost = append(p.lost[:len(p.lost):len(p.lost)], instr)
		}
		o := w.r.ops[instr]
		call, _ := instr.(*ssa.Call)
		switch {
		case o == ends:
			return
		case o == answers && p.state == answered:
			w.again(&p, call)
		case o == keeps && p.state == answered && w.r.takes[instr] != nil:
			w.retake(&p, instr)
		case o == answers && p.state == open:
			p.first = call
		case o == delegates && p.state == open:
			w.leave(&p, call)
		}
		p.state = p.state.after(o)
	}
	for _, to := range b.Succs {
		w.block(to, b, p)
	}
}

// enter fixes what the block's joins are, coming from pred.
func (w *walker) enter(b, pred *ssa.BasicBlock) {
	if pred == nil {
		return
	}
	from := slices.Index(b.Preds, pred)
	values := map[*ssa.Phi]ssa.Value{}
	for _, instr := range b.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		values[phi] = w.value(phi.Edges[from])
	}
	for phi, v := range values {
		w.phis[phi] = v
	}
}

// value is what a value is on the path.
func (w *walker) value(v ssa.Value) ssa.Value {
	if phi, ok := v.(*ssa.Phi); ok {
		if edge := w.phis[phi]; edge != nil {
			return edge
		}
	}
	return v
}

func (w *walker) phi(phi *ssa.Phi) ssa.Value { return w.phis[phi] }

// branch goes on behind a condition: one way if it is decided, else both.
func (w *walker) branch(b *ssa.BasicBlock, branch *ssa.If, p path) {
	l := w.loops[b]
	if l == none && iterates(b) { // a loop that always breaks
		l = decides
	}
	if l != none {
		p.hard = p.hard || l == decides
		w.block(b.Succs[0], b, p)
		w.block(b.Succs[1], b, p)
		return
	}
	v, negated := w.value(branch.Cond), false
	for {
		not, ok := v.(*ssa.UnOp)
		if !ok || not.Op != token.NOT {
			break
		}
		v, negated = w.value(not.X), !negated
	}
	if k, ok := v.(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.Bool {
		if constant.BoolVal(k.Value) != negated {
			w.block(b.Succs[0], b, p)
		} else {
			w.block(b.Succs[1], b, p)
		}
		return
	}
	c := w.cond(v)
	if c.negated {
		negated = !negated
	}
	for arm := range 2 {
		holds := (arm == 0) != negated
		if q, ok := w.assume(p, c, holds, written(b.Succs[arm])); ok {
			w.block(b.Succs[arm], b, q)
		}
	}
}

// iterates says whether a block decides on a loop's next round.
func iterates(b *ssa.BasicBlock) bool {
	switch b.Succs[0].Comment {
	case "for.body", "rangeindex.body", "rangeiter.body", "rangechan.body", "rangeint.body":
		return true
	}
	return false
}

// written says whether a block is what the code names for its condition, not what is left.
func written(b *ssa.BasicBlock) bool {
	switch b.Comment {
	case "if.then", "switch.body", "typeswitch.body":
		return true
	}
	return false
}

// assume is the path on which the condition holds or not; then says that this way was written for it.
func (w *walker) assume(p path, c cond, holds, then bool) (path, bool) {
	c.holds = holds
	related := false
	for _, earlier := range p.conds {
		switch {
		case earlier.key == c.key && earlier.holds != holds:
			return p, false
		case earlier.key == c.key:
		case c.test != nil && earlier.test != nil && earlier.of == c.of:
			if earlier.holds && holds { // two types
				return p, false
			}
			if earlier.holds {
				return p.with(c), true
			}
		case c.test == nil && earlier.test == nil && c.related(earlier):
			related = true
		}
	}
	p = p.with(c)
	switch {
	case related && then:
		p.soft = true
		p.falls = slices.DeleteFunc(slices.Clone(p.falls), c.related)
	case related:
		p.falls = append(p.falls[:len(p.falls):len(p.falls)], c)
	}
	p.hard = p.hard || c.doubtful()
	return p, true
}

func (p path) with(c cond) path {
	p.conds = append(p.conds[:len(p.conds):len(p.conds)], c)
	return p
}

// loop says what a loop means for the request.
type loop uint8

const (
	none    loop = iota
	passes       // the block is in a loop that does nothing with the request
	decides      // in one that does, or that is left in several ways
)

// findLoops finds the blocks that can be reached from themselves.
func (w *walker) findLoops() map[*ssa.BasicBlock]loop {
	all := map[*ssa.BasicBlock]loop{}
	for _, blocks := range components(w.r.f) {
		kind, exits := passes, map[*ssa.BasicBlock]bool{}
		for _, b := range blocks {
			for _, instr := range b.Instrs {
				if w.r.ops[instr] != 0 {
					kind = decides
				}
			}
			for _, to := range b.Succs {
				if !slices.Contains(blocks, to) {
					exits[to] = true
				}
			}
		}
		if len(exits) > 1 {
			kind = decides
		}
		for _, b := range blocks {
			all[b] = kind
		}
	}
	return all
}

// components are the loops of a function with all that is in them: the strongly connected components of its control
// flow (Tarjan) that have more than one block, or one that branches to itself.
func components(f *ssa.Function) [][]*ssa.BasicBlock {
	var all [][]*ssa.BasicBlock
	var stack []*ssa.BasicBlock
	index, low := make([]int, len(f.Blocks)), make([]int, len(f.Blocks)) // from 1; len+1 is done
	next, done := 0, len(f.Blocks)+1
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		next++
		i := b.Index
		index[i], low[i] = next, next
		stack = append(stack, b)
		for _, s := range b.Succs {
			if index[s.Index] == 0 {
				visit(s)
				low[i] = min(low[i], low[s.Index])
			} else if index[s.Index] != done {
				low[i] = min(low[i], index[s.Index])
			}
		}
		if low[i] != index[i] {
			return
		}
		at := slices.Index(stack, b)
		blocks := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, c := range blocks {
			index[c.Index], low[c.Index] = done, done
		}
		if len(blocks) > 1 || slices.Contains(b.Succs, b) {
			all = append(all, blocks)
		}
	}
	visit(f.Blocks[0])
	return all
}
