package actors

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/otplint/otplint/passes/roles"
)

// Frame is a function as a process runs it, with what is known there of the processes that its parameters denote.
type Frame struct {
	Func *Func
	Path []Step // from the process's first function, with the edge that each takes; the last step is Func
	Msg  TypeID // the message that it still dispatches on, as in Walk
	args args
}

// args are the processes that parameters denote; nil are those of the function where the walk starts, as they are.
type args map[roles.Arg]Instance

// Instance is what an instance of the function's own denotes in the process.
func (f *Frame) Instance(in Instance) Instance { return f.args.of(in) }

func (a args) of(in Instance) Instance {
	if a == nil {
		return in
	}
	switch in.Kind {
	case ParamInstance:
		return a[in.Param]
	case FieldInstance: // whose field it is: the process's own, or anybody's
		if of := a[in.Param]; of.Kind != SelfInstance {
			in.Param = 0
		}
	}
	return in
}

// key tells apart what matters: the same function with other processes is another frame.
func (a args) key() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(a)) {
		fmt.Fprint(&b, p, a[p])
	}
	return b.String()
}

// maxFrames bounds the walk of one callback, far above what code has.
const maxFrames = 2000

// Frames walks breadth first through what a callback provably runs in its own process, before it returns: calls,
// literals that are called where they are made, and methods of an interface that one type is known to become.
// Not what is only taken as a value, nor what another goroutine or process runs. The callback's state and context
// denote the process itself. A message restricts it as in Walk.
func (m *Model) Frames(callback FuncID, msg TypeID) iter.Seq[*Frame] {
	self := Instance{Kind: SelfInstance}
	return m.frames(callback, msg, args{1: self, 2: self})
}

func (m *Model) frames(from FuncID, msg TypeID, first args) iter.Seq[*Frame] {
	return func(yield func(*Frame) bool) {
		f := m.Func(from)
		if f == nil {
			return
		}
		queue := []*Frame{{Func: f, Path: []Step{{Func: f}}, Msg: msg, args: first}}
		seen := map[string]bool{}
		for i := 0; i < len(queue) && i < maxFrames; i++ {
			at := queue[i]
			if !yield(at) {
				return
			}
			for k := range at.Func.Edges {
				next := m.next(at, &at.Func.Edges[k])
				if next == nil {
					continue
				}
				if key := string(next.Func.ID) + " " + string(next.Msg) + " " + next.args.key(); !seen[key] {
					seen[key] = true
					queue = append(queue, next)
				}
			}
		}
	}
}

// next is the frame of the function that an edge runs, or nil.
func (m *Model) next(at *Frame, e *Edge) *Frame {
	if e.Go || e.Kind == ValueEdge || e.Kind == LiteralEdge && !e.Now || !Runs(e.Case, at.Msg) {
		return nil
	}
	var callee FuncID
	for id := range m.Callees(e) {
		if callee != "" && callee != id {
			return nil
		}
		callee = id
	}
	f := m.Func(callee)
	if f == nil {
		return nil
	}
	next := &Frame{Func: f, args: args{}}
	next.Path = append(slices.Clip(slices.Clone(at.Path)), Step{Func: f})
	next.Path[len(next.Path)-2].Edge = e
	if e.Forward != 0 || e.Kind == LiteralEdge {
		next.Msg = at.Msg
	}
	if callee.Parent() != "" && callee.declared() == at.Func.ID.declared() {
		next.args = at.args // a literal's instances are those of the function around it
		return next
	}
	for _, ref := range e.Refs {
		if in := at.Instance(ref.Instance); in.Kind != UnknownInstance {
			next.args[ref.Param] = in
		}
	}
	return next
}

// declared is the declared function that a literal stands in, or the function itself.
func (f FuncID) declared() FuncID {
	s, _, _ := strings.Cut(string(f), "$")
	return FuncID(s)
}

// Wait is a synchronous use of another process, or of the own one: the process stands still until it is answered.
type Wait struct {
	*Site
	Frame  *Frame
	Target Instance // Site.Instance in the process
	As     Instance // Site.As
}

// Waits iterates over what a callback waits for, in what Frames walks through. A site that a wrapper makes is found
// once, where the framework is used, unless only the wrapper's caller tells the server or the message.
func (m *Model) Waits(callback FuncID, msg TypeID) iter.Seq[*Wait] {
	return m.waits(m.Frames(callback, msg))
}

// WaitsOf is Waits of a function that is sent to a process, which runs it. Parameters are those of the function
// around it.
func (m *Model) WaitsOf(function FuncID) iter.Seq[*Wait] {
	return m.waits(m.frames(function, "", nil))
}

func (m *Model) waits(frames iter.Seq[*Frame]) iter.Seq[*Wait] {
	return func(yield func(*Wait) bool) {
		for f := range frames {
			for s := range m.SitesOf(f) {
				if s.waits() && !yield(&Wait{Site: s, Frame: f, Target: f.Instance(s.Instance), As: f.Instance(s.As)}) {
					return
				}
			}
		}
	}
}

// In is where a package brings the wait about: the use itself, or the last step of the path to it that the package
// has; false if it has none.
func (w *Wait) In(p *Package) (Pos, bool) {
	if w.Func.Package() == p.Path {
		return w.Pos, true
	}
	steps := w.Frame.Path
	for i := len(steps) - 2; i >= 0; i-- {
		if steps[i].Func.ID.Package() == p.Path {
			return steps[i].Edge.Pos, true
		}
	}
	return Pos{}, false
}

func (s *Site) waits() bool {
	switch s.Kind {
	case CallSite, InvokeSite, StopSite, InspectSite, StartChildSite, ManageSite:
		return true
	}
	return false
}

// inside says whether the function of the frame is itself what runs elsewhere: then its sites say so too.
func (f *Frame) inside(s *Site) bool {
	return f.Func.ID.Parent() != "" && len(f.Path) == 1 && len(s.Via) == 0
}

// HeldIn iterates over the references that a callback keeps.
func (m *Model) HeldIn(callback FuncID) iter.Seq2[*Frame, *Held] {
	return m.heldBy(m.Frames(callback, ""))
}

// HeldBy iterates over the references that the functions keep which a factory runs.
func (m *Model) HeldBy(factory FuncID) iter.Seq2[*Frame, *Held] {
	return m.heldBy(m.frames(factory, "", args{}))
}

// HeldBelow iterates over the references that a declared child's factory keeps; those of its siblings are known even
// if the functions that return the child get them as arguments.
func (m *Model) HeldBelow(c *Child, in FuncID) iter.Seq2[*Frame, *Held] {
	return m.heldBy(m.FramesBelow(c, in))
}

// FramesBelow walks through what a declared child's factory runs, as Frames does. What the functions that return the
// child get as arguments is known if the function that declares it knows it.
func (m *Model) FramesBelow(c *Child, in FuncID) iter.Seq[*Frame] {
	given := args{}
	for _, hop := range c.Via {
		f := m.Func(in)
		if f == nil {
			break
		}
		next := args{}
		for i := range f.Edges {
			if e := &f.Edges[i]; e.Callee == hop.Func && e.Pos == hop.Pos {
				for _, ref := range e.Refs {
					if got := ref.Instance; got.Kind == ParamInstance {
						next[ref.Param] = given[got.Param]
					} else {
						next[ref.Param] = got
					}
				}
			}
		}
		given, in = next, hop.Func
	}
	if c.Factory.declared() != in.declared() {
		given = args{} // a function of its own
	}
	return m.frames(c.Factory, "", given)
}

func (m *Model) heldBy(frames iter.Seq[*Frame]) iter.Seq2[*Frame, *Held] {
	return func(yield func(*Frame, *Held) bool) {
		for f := range frames {
			for _, h := range m.lookup(f.Func.ID.Package()).held[f.Func.ID] {
				if !yield(f, h) {
					return
				}
			}
		}
	}
}

// Held iterates over all places that keep a reference in the field.
func (m *Model) Held(field string) iter.Seq[*Held] {
	return func(yield func(*Held) bool) {
		for p := range m.Packages() {
			for i := range p.Held {
				if h := &p.Held[i]; h.Field == field && !yield(h) {
					return
				}
			}
		}
	}
}

// Bound are the bindings of an interface.
func (m *Model) Bound(iface TypeID) []Binding { return m.bindings()[iface] }
