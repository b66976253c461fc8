package ownership

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A loop is a maximal strongly connected part of a function's control flow.
type loop struct {
	fn     *ssa.Function
	blocks map[*ssa.BasicBlock]bool
	pos    token.Pos                // of the for statement, or of what else makes it go round
	bare   bool                     // for { }: without a condition or a range
	lives  map[*ssa.BasicBlock]bool // see survivors; nil if not bare
}

// loopsOf returns the loops of fn that its entry reaches, outermost only: an
// inner loop that cannot be left for the outer one is a part of its own.
func loopsOf(fn *ssa.Function) []loop {
	var loops []loop
	var lives map[*ssa.BasicBlock]bool
	sccs := components(fn)
	for _, scc := range sccs {
		l := loop{fn: fn, blocks: map[*ssa.BasicBlock]bool{}}
		for _, b := range scc {
			l.blocks[b] = true
		}
		l.pos, l.bare = forStatement(fn, scc)
		if l.bare {
			if lives == nil {
				lives = survivors(fn, sccs)
			}
			l.lives = lives
		}
		loops = append(loops, l)
	}
	return loops
}

// components is Tarjan's algorithm; components without a cycle are left out.
func components(fn *ssa.Function) [][]*ssa.BasicBlock {
	if len(fn.Blocks) == 0 {
		return nil
	}
	index, low := map[*ssa.BasicBlock]int{}, map[*ssa.BasicBlock]int{}
	onStack := map[*ssa.BasicBlock]bool{}
	var stack []*ssa.BasicBlock
	var out [][]*ssa.BasicBlock
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		index[b] = len(index) + 1
		low[b] = index[b]
		stack = append(stack, b)
		onStack[b] = true
		for _, s := range b.Succs {
			if index[s] == 0 {
				visit(s)
				low[b] = min(low[b], low[s])
			} else if onStack[s] {
				low[b] = min(low[b], index[s])
			}
		}
		if low[b] != index[b] {
			return
		}
		var scc []*ssa.BasicBlock
		for {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			onStack[top] = false
			scc = append(scc, top)
			if top == b {
				break
			}
		}
		if len(scc) > 1 || selfLoop(b) {
			out = append(out, scc)
		}
	}
	visit(fn.Blocks[0])
	return out
}

func selfLoop(b *ssa.BasicBlock) bool {
	for _, s := range b.Succs {
		if s == b {
			return true
		}
	}
	return false
}

// forStatement returns the position of the smallest for statement around the
// blocks, or of their first instruction, and whether it has no condition. An
// empty loop has no positions: it gets that of a for or goto statement.
func forStatement(fn *ssa.Function, blocks []*ssa.BasicBlock) (pos token.Pos, bare bool) {
	first, last := token.NoPos, token.NoPos
	for _, b := range blocks {
		for _, in := range b.Instrs {
			if _, phi := in.(*ssa.Phi); phi {
				continue // its position is the variable's
			}
			if p := in.Pos(); p.IsValid() {
				if !first.IsValid() || p < first {
					first = p
				}
				last = max(last, p)
			}
		}
	}
	pos = first
	if fn.Syntax() == nil {
		return pos, false
	}
	ast.Inspect(fn.Syntax(), func(n ast.Node) bool {
		if n == nil || first.IsValid() && (n.Pos() > first || last >= n.End()) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return n == fn.Syntax()
		case *ast.ForStmt, *ast.RangeStmt:
			pos = n.Pos()
			f, isFor := n.(*ast.ForStmt)
			bare = isFor && f.Cond == nil
			return first.IsValid() // of an empty loop take the outermost
		case *ast.BranchStmt:
			if !pos.IsValid() && n.Tok == token.GOTO {
				pos = n.Pos()
			}
		}
		return true
	})
	return pos, bare
}

// A leave is one way out of a loop.
type leave struct {
	stop  ssa.Value // the channel whose receive, or context whose end, leaves the loop; nil: anything else
	close bool      // only the channel's closing leaves it
}

// leaves returns the ways out of the loop. Where a bare for ends in a panic or in
// the program's exit is none: that ends more than the loop.
func (l loop) leaves() []leave {
	var out []leave
	for _, b := range l.fn.Blocks {
		if l.blocks[b] {
			out = l.leavesFrom(b, out)
		}
	}
	return out
}

func (l loop) leavesFrom(b *ssa.BasicBlock, out []leave) []leave {
	for i, s := range b.Succs {
		switch {
		case l.blocks[s] || noCase(s) || l.bare && !l.lives[s]:
		case l.dispatches(s):
			out = l.leavesFrom(s, out)
		default:
			out = append(out, l.leave(b, i))
		}
	}
	return out
}

// dispatches reports whether b, outside the loop, goes on choosing the case of a
// select inside it: the last cases stand there if all of them leave.
func (l loop) dispatches(b *ssa.BasicBlock) bool {
	sel, _ := chosenBy(b)
	return sel != nil && l.blocks[sel.Block()] && len(b.Instrs) == 2
}

// chosenBy returns the select whose k-th case b chooses or passes over.
func chosenBy(b *ssa.BasicBlock) (sel *ssa.Select, k int) {
	cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, 0
	}
	cmp, ok := cond.Cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.EQL {
		return nil, 0
	}
	ext, ok := cmp.X.(*ssa.Extract)
	c, isConst := cmp.Y.(*ssa.Const)
	if !ok || !isConst || ext.Index != 0 {
		return nil, 0
	}
	sel, ok = ext.Tuple.(*ssa.Select)
	if !ok {
		return nil, 0
	}
	return sel, int(c.Int64())
}

// noCase reports whether b is the panic that SSA puts behind a select.
func noCase(b *ssa.BasicBlock) bool {
	p, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Panic)
	return ok && !p.Pos().IsValid() && len(b.Preds) == 1 && isChoice(b.Preds[0])
}

func isChoice(b *ssa.BasicBlock) bool {
	sel, _ := chosenBy(b)
	return sel != nil
}

// survivors returns the blocks from which control can come to a return. Those
// from which it can come to a loop count too: a loop that is not left either is
// judged by itself, being there is not doom.
func survivors(fn *ssa.Function, loops [][]*ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	var returns, cycles []*ssa.BasicBlock
	for _, b := range fn.Blocks {
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			returns = append(returns, b)
		}
	}
	for _, scc := range loops {
		cycles = append(cycles, scc...)
	}
	lives := map[*ssa.BasicBlock]bool{}
	addLeadingTo(returns, endsProgram, lives)
	addLeadingTo(cycles, func(*ssa.BasicBlock) bool { return false }, lives)
	return lives
}

// addLeadingTo adds the blocks from which one of the given is reached without
// passing one that stops.
func addLeadingTo(ends []*ssa.BasicBlock, stops func(*ssa.BasicBlock) bool, to map[*ssa.BasicBlock]bool) {
	seen := map[*ssa.BasicBlock]bool{}
	for len(ends) > 0 {
		b := ends[len(ends)-1]
		ends = ends[:len(ends)-1]
		if seen[b] || stops(b) {
			continue
		}
		seen[b], to[b] = true, true
		ends = append(ends, b.Preds...)
	}
}

func endsProgram(b *ssa.BasicBlock) bool {
	for _, in := range b.Instrs {
		if call, ok := in.(*ssa.Call); ok && neverReturns(call) {
			return true
		}
	}
	return false
}

// neverReturns knows the functions that end the program. Goexit is not one of
// them: it ends the goroutine, so a loop with it can be left.
func neverReturns(call *ssa.Call) bool {
	fn := call.Call.StaticCallee()
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil {
		return false
	}
	switch fn.Object().Pkg().Path() {
	case "os":
		return fn.Name() == "Exit"
	case "log":
		switch fn.Name() {
		case "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln":
			return true
		}
	}
	return false
}

// leave classifies the way out of block b by its i-th successor.
func (l loop) leave(b *ssa.BasicBlock, i int) leave {
	cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return leave{}
	}
	if sel, k := chosenBy(b); sel != nil {
		if i == 0 && k >= 0 && k < len(sel.States) && sel.States[k].Dir == types.RecvOnly {
			return leave{stop: sel.States[k].Chan}
		}
		return leave{}
	}
	switch c := cond.Cond.(type) {
	case *ssa.BinOp:
		// ctx.Err() != nil
		if call, ok := c.X.(*ssa.Call); ok {
			if recv, name := methodOf(&call.Call); name == "Err" && recv != nil && isContext(recv.Type()) {
				return leave{stop: recv}
			}
		}
	case *ssa.Extract:
		return l.received(c, b, i)
	case *ssa.UnOp:
		if ext, ok := c.X.(*ssa.Extract); ok && c.Op == token.NOT {
			return l.received(ext, b, 1-i)
		}
	}
	return leave{}
}

// received handles v, ok := <-ch: leaving when ok is false is leaving when ch
// is closed.
func (l loop) received(ext *ssa.Extract, b *ssa.BasicBlock, succ int) leave {
	if ext.Index != 1 || succ != 1 {
		return leave{}
	}
	switch t := ext.Tuple.(type) {
	case *ssa.UnOp:
		if t.Op == token.ARROW {
			return leave{stop: t.X, close: true}
		}
	case *ssa.Select:
		if ch := chosen(t, b); ch != nil {
			return leave{stop: ch, close: true}
		}
	}
	return leave{}
}

// chosen returns the channel of the select case that b belongs to.
func chosen(sel *ssa.Select, b *ssa.BasicBlock) ssa.Value {
	for ; b.Idom() != nil; b = b.Idom() {
		if s, k := chosenBy(b.Idom()); s == sel && b.Idom().Succs[0] == b && k >= 0 && k < len(sel.States) {
			return sel.States[k].Chan
		}
	}
	if len(sel.States) == 1 {
		return sel.States[0].Chan
	}
	return nil
}
