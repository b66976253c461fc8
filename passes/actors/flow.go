package actors

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// place is where an instruction stands in its function.
type place struct {
	goroutine bool     // in a go statement, or in a literal that runs in another goroutine
	loop      bool     // in a loop
	input     bool     // in one that waits for connections or messages
	cases     []TypeID // the messages for which it runs; nil: any
}

// flow is what the summaries need of a function's control flow.
type flow struct {
	loop     []bool // by block index
	input    []bool // by block index; nil: none
	switched *ssa.Parameter
	asserts  []*ssa.TypeAssert // of the switched parameter, in source order
	cases    [][]TypeID        // by block index; nil: any message
}

func (b *builder) flowOf(f *ssa.Function) *flow {
	fl := b.facts[f]
	if fl == nil {
		fl = &flow{loop: loops(f)}
		fl.findInput(f)
		b.facts[f] = fl
		fl.findSwitch(b, f)
		fl.spreadCases(b, f)
	}
	return fl
}

func (b *builder) placeOf(f *ssa.Function, block *ssa.BasicBlock) place {
	fl := b.flowOf(f)
	at := place{goroutine: b.inGoroutine(f), loop: fl.loop[block.Index]}
	if fl.input != nil {
		at.input = fl.input[block.Index]
	}
	if fl.cases != nil {
		at.cases = fl.cases[block.Index]
	}
	for p := f; p != nil && !at.loop; p = p.Parent() {
		at.loop = p.Synthetic == "range-over-func yield"
	}
	return at
}

// inGoroutine says whether a literal, or one that it stands in, is what a go statement runs.
func (b *builder) inGoroutine(f *ssa.Function) bool {
	for ; f != nil; f = f.Parent() {
		if b.goroutine[f] {
			return true
		}
	}
	return false
}

// loops tells which blocks can be reached from themselves: the strongly connected components of the control flow
// (Tarjan), those with one block only if it branches to itself.
func loops(f *ssa.Function) []bool {
	n := len(f.Blocks)
	in := make([]bool, n)
	if n < 2 && (n == 0 || len(f.Blocks[0].Succs) == 0) {
		return in
	}
	index, low, on := make([]int, n), make([]int, n), make([]bool, n)
	var stack []int
	next := 1
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		i := b.Index
		index[i], low[i], on[i] = next, next, true
		next++
		stack = append(stack, i)
		for _, s := range b.Succs {
			if index[s.Index] == 0 {
				visit(s)
				low[i] = min(low[i], low[s.Index])
			} else if on[s.Index] {
				low[i] = min(low[i], index[s.Index])
			}
		}
		if low[i] != index[i] {
			return
		}
		at := len(stack) - 1
		for stack[at] != i { // from the top, where it is near: what leads to b may be long
			at--
		}
		component := stack[at:]
		for _, c := range component {
			on[c] = false
			in[c] = len(component) > 1 || slices.Contains(b.Succs, b)
		}
		stack = stack[:at]
	}
	visit(f.Blocks[0])
	return in
}

// findSwitch finds the parameter whose dynamic type the function dispatches on: the first of type any that is
// asserted.
func (fl *flow) findSwitch(b *builder, f *ssa.Function) {
	for _, block := range f.Blocks {
		for _, instr := range block.Instrs {
			assert, ok := instr.(*ssa.TypeAssert)
			if !ok {
				continue
			}
			p, ok := b.resolve(assert.X).(*ssa.Parameter)
			if !ok || p.Parent() != f || fl.switched != nil && p != fl.switched {
				continue
			}
			if i, ok := p.Type().Underlying().(*types.Interface); ok && i.Empty() {
				fl.switched = p
				fl.asserts = append(fl.asserts, assert)
			}
		}
	}
	slices.SortStableFunc(fl.asserts, func(a, b *ssa.TypeAssert) int { return int(a.Pos() - b.Pos()) })
}

// spreadCases computes for which messages each block runs: after a successful assertion for its type only, after
// a failed one for what ran before it, at a join for the union.
func (fl *flow) spreadCases(b *builder, f *ssa.Function) {
	if fl.switched == nil {
		return
	}
	type state struct {
		reached, any bool
		cases        []TypeID
	}
	states := make([]state, len(f.Blocks))
	join := func(to *ssa.BasicBlock, s state) bool {
		t := &states[to.Index]
		old := len(t.cases)
		was := *t
		t.reached = true
		t.any = t.any || s.any
		if t.any {
			t.cases = nil
			return !was.reached || !was.any
		}
		for _, c := range s.cases {
			if !slices.Contains(t.cases, c) {
				t.cases = append(t.cases, c)
			}
		}
		return !was.reached || len(t.cases) != old
	}
	join(f.Blocks[0], state{any: true})
	work := []*ssa.BasicBlock{f.Blocks[0]}
	for len(work) > 0 {
		block := work[0]
		work = work[1:]
		out := states[block.Index]
		out.cases = slices.Clone(out.cases)
		for _, instr := range block.Instrs { // m := msg.(T) panics for others
			if a, ok := instr.(*ssa.TypeAssert); ok && !a.CommaOk && slices.Contains(fl.asserts, a) && !types.IsInterface(a.AssertedType) {
				out.any, out.cases = false, []TypeID{b.typeID(a.AssertedType)}
			}
		}
		passed := fl.tested(block)
		for i, s := range block.Succs {
			to := out
			if passed != nil && i == 0 && !types.IsInterface(passed.AssertedType) {
				to.any, to.cases = false, []TypeID{b.typeID(passed.AssertedType)}
			}
			if join(s, to) {
				work = append(work, s)
			}
		}
	}
	fl.cases = make([][]TypeID, len(states))
	for i, s := range states {
		slices.Sort(s.cases)
		fl.cases[i] = s.cases
	}
}

// tested is the assertion that the block's branch tests, or nil.
func (fl *flow) tested(block *ssa.BasicBlock) *ssa.TypeAssert {
	if len(block.Instrs) == 0 {
		return nil
	}
	branch, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If)
	if !ok {
		return nil
	}
	okValue, isExtract := branch.Cond.(*ssa.Extract)
	if !isExtract || okValue.Index != 1 {
		return nil
	}
	assert, isAssert := okValue.Tuple.(*ssa.TypeAssert)
	if !isAssert || !slices.Contains(fl.asserts, assert) {
		return nil
	}
	return assert
}
