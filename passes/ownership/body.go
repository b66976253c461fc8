package ownership

import (
	"golang.org/x/tools/go/ssa"
)

// A frame is a function on the way from a goroutine's entry to its work, and the
// instruction in it that leads on: the next call, or the work itself.
type frame struct {
	fn *ssa.Function
	at ssa.Instruction // nil: the work is the loop
	in *loop           // the loop, if at is nil
}

// found is a piece of work that a goroutine certainly may reach.
type found struct {
	work Work
	path []frame
	call *ssa.CallCommon // the call of another package's function that does the work, or nil
}

// A body is everything that one goroutine runs, as far as calls are static.
type body struct {
	fns      map[*ssa.Function]bool
	works    []found
	dynamic  []dynamic // calls of functions that are not known
	deferred map[*ssa.Function]bool
}

// A dynamic is a call of a function value or of an interface's method: of a
// parameter, a field.
type dynamic struct {
	running
	found found
}

// bodyOf walks from the entry of a goroutine.
func (p *analysisOf) bodyOf(entry *ssa.Function) *body {
	if b := p.bodies[entry]; b != nil {
		return b
	}
	b := &body{fns: map[*ssa.Function]bool{}, deferred: map[*ssa.Function]bool{}}
	p.bodies[entry] = b
	p.walk(b, entry, nil)
	return b
}

func (p *analysisOf) walk(b *body, fn *ssa.Function, path []frame) {
	if b.fns[fn] || len(path) > 12 {
		return
	}
	b.fns[fn] = true
	for _, l := range p.loops(fn) {
		if w, ok := p.flow.judge(l); ok {
			w.Site = p.site(w.Pos)
			b.works = append(b.works, found{work: w, path: extend(path, frame{fn: fn, in: &l})})
		}
	}
	for _, block := range fn.Blocks {
		for _, in := range block.Instrs {
			switch in := in.(type) {
			case *ssa.Select:
				if len(in.States) == 0 && in.Blocking {
					w := Work{Kind: Blocks, Pos: in.Pos(), Site: p.site(in.Pos()), Func: nameOf(fn)}
					b.works = append(b.works, found{work: w, path: extend(path, frame{fn: fn, at: in})})
				}
			case *ssa.Call:
				p.walkCall(b, fn, in, path)
			case *ssa.Defer:
				if callee := p.flow.body(&in.Call); callee != nil {
					p.markDeferred(b, callee)
				}
			}
		}
	}
}

func extend(path []frame, f frame) []frame {
	return append(path[:len(path):len(path)], f)
}

// walkCall follows one call: into the package, to a summary, or to a server.
func (p *analysisOf) walkCall(b *body, fn *ssa.Function, in *ssa.Call, path []frame) {
	c := &in.Call
	if callee := p.flow.body(c); callee != nil {
		p.walk(b, callee, extend(path, frame{fn: fn, at: in}))
		return
	}
	if w, ok := p.serves(in); ok {
		b.works = append(b.works, found{work: w, path: extend(path, frame{fn: fn, at: in})})
		return
	}
	callee := calleeOf(c)
	if callee == nil {
		if _, builtin := c.Value.(*ssa.Builtin); !builtin {
			run := running{value: c.Value}
			if c.IsInvoke() {
				run.method = c.Method.Name()
			}
			at := found{path: extend(path, frame{fn: fn, at: in})}
			b.dynamic = append(b.dynamic, dynamic{run, at})
		}
		return
	}
	if w, ok := p.foreignWork(callee, c); ok {
		b.works = append(b.works, found{work: w, path: extend(path, frame{fn: fn, at: in}), call: c})
	}
}

// markDeferred marks what runs when the goroutine ends.
func (p *analysisOf) markDeferred(b *body, fn *ssa.Function) {
	if b.deferred[fn] {
		return
	}
	b.deferred[fn], b.fns[fn] = true, true
	for _, block := range fn.Blocks {
		for _, in := range block.Instrs {
			if call, ok := in.(ssa.CallInstruction); ok {
				if _, isGo := in.(*ssa.Go); isGo {
					continue
				}
				if callee := p.flow.body(call.Common()); callee != nil {
					p.markDeferred(b, callee)
				}
			}
		}
	}
}

// serves recognises calls that serve until somebody shuts the server down.
func (p *analysisOf) serves(in ssa.CallInstruction) (Work, bool) {
	w := Work{Kind: Serves, Pos: in.Pos(), Site: p.site(in.Pos()), Func: nameOf(in.Parent())}
	c := in.Common()
	fn := c.StaticCallee()
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil || fn.Object().Pkg().Path() != "net/http" {
		return w, false
	}
	var stops []ssa.Value // any of them ends the call
	switch fn.Name() {
	case "ListenAndServe", "ListenAndServeTLS":
		w.Stop = "http." + fn.Name() + " cannot be shut down"
	case "Serve", "ServeTLS":
		w.Stop = "nothing closes its listener"
	default:
		return w, false
	}
	for _, a := range c.Args {
		if isServer(a.Type()) {
			w.Stop = "nothing calls its Shutdown or Close"
		}
		if isServer(a.Type()) || isListener(a.Type()) {
			stops = append(stops, a)
		}
	}
	for _, s := range stops {
		if o := p.flow.of(s); o.open || o.has(opStop) || o.has(opClose) {
			w.Kind, w.Stop = Stoppable, ""
		}
	}
	return w, true
}
