package ownership

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/roles"
)

// A Process is one start of a server or a plain long-lived process outside a
// supervisor.
type Process struct {
	Pos     token.Pos
	Starter *ssa.Function
	Call    string // the function that starts it: "genserver.Start", "cache.Start"
	Server  string // the server's type, "" for a plain process
	Linked  string // the function that starts the same linked to its caller, "" if there is none
	Owned   bool   // linked, monitored, awaited, stopped or handed on: somebody may own it
}

// processes returns the starts of processes in source order. A process is owned
// if what its start returned (a reference, a PID) is stopped, awaited, linked or
// monitored somewhere in the package, or leaves it.
func (p *analysisOf) processes() []*Process {
	var out []*Process
	for _, fn := range p.flow.fns {
		for _, block := range fn.Blocks {
			for _, in := range block.Instrs {
				if call, ok := in.(*ssa.Call); ok {
					if proc := p.process(fn, call); proc != nil {
						out = append(out, proc)
					}
				}
			}
		}
	}
	return out
}

func (p *analysisOf) process(fn *ssa.Function, in *ssa.Call) *Process {
	start, ok := p.flow.startOf(&in.Call)
	if !ok {
		return nil
	}
	if start.body != nil && !p.livesLong(start.body) {
		return nil
	}
	proc := &Process{Pos: p.callPos(in), Starter: fn, Call: start.call, Server: start.server, Linked: start.linked}
	proc.Owned = p.handleOwned(handle(in, start.result)) || start.unknown ||
		p.flow.stopsByName && start.options || p.tellsEnd(start.body)
	return proc
}

// livesLong reports whether a plain process runs until it is told to stop: it
// receives in a loop, or does other work that lasts.
func (p *analysisOf) livesLong(entry *ssa.Function) bool {
	b := p.bodyOf(entry)
	if len(b.works) > 0 {
		return true
	}
	for fn := range b.fns {
		for _, l := range p.loops(fn) {
			for block := range l.blocks {
				for _, in := range block.Instrs {
					if call, ok := in.(*ssa.Call); ok {
						if role, ok := roleOf(&call.Call); ok && role.Kind == roles.Receive {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// tellsEnd reports whether a plain process tells its end to somebody who listens,
// by a channel or a WaitGroup, outside the loops of its function.
func (p *analysisOf) tellsEnd(entry *ssa.Function) bool {
	if entry == nil {
		return false
	}
	inLoop := map[*ssa.BasicBlock]bool{}
	for _, l := range p.loops(entry) {
		for b := range l.blocks {
			inLoop[b] = true
		}
	}
	for _, block := range entry.Blocks {
		for _, in := range block.Instrs {
			if call, ok := in.(ssa.CallInstruction); ok && p.tells(call.Common()) {
				continue // what it tells processes is its work
			}
			if !inLoop[block] && p.exitOwner(p.bodyOf(entry), in) != Unknown {
				return true
			}
		}
	}
	return false
}

func (p *analysisOf) handleOwned(v ssa.Value) bool {
	if v == nil {
		return false // dropped
	}
	o := p.flow.of(v)
	return o.open || o.given && !o.kept || p.stops(o)
}

// stops reports whether something ends or watches the process that is itself
// owned: what a goroutine without an owner stops has no owner either.
func (p *analysisOf) stops(o *object) bool {
	for _, e := range o.events {
		if e.op == opStop && !p.adrift[e.in.Parent()] {
			return true
		}
	}
	return false
}

// findAdrift finds the functions that only goroutines without an owner run.
func (p *analysisOf) findAdrift(gs []*Goroutine) {
	for _, g := range gs {
		if g.Class != Ownerless || g.body == nil {
			continue
		}
		for fn := range g.body.fns {
			if !p.flow.called[fn] {
				p.adrift[fn] = true
			}
		}
	}
}

// passedOn returns the set of fn's parameters, as bits, that are processes which
// fn or its package ends or watches.
func (p *analysisOf) passedOn(fn *ssa.Function) uint64 {
	var set uint64
	for i, param := range fn.Params {
		if i < 64 && isHandle(param.Type()) && p.stops(p.flow.of(param)) {
			set |= 1 << i
		}
	}
	return set
}

// handle returns the i-th result of a call, or nil if it is not used.
func handle(in *ssa.Call, i int) ssa.Value {
	if _, tuple := in.Type().(*types.Tuple); !tuple {
		return in
	}
	for _, ref := range *in.Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok && ext.Index == i {
			return ext
		}
	}
	return nil
}

// A processStart is what a call that starts a process starts.
type processStart struct {
	call    string
	server  string
	linked  string
	result  int           // the result that is the handle
	body    *ssa.Function // a plain process's function
	options bool          // it is started with options: it may have a name
	unknown bool          // a plain process whose function is not known
}

// startOf recognises calls that start an unlinked process: the framework's, and
// functions of other packages that return one they started.
func (f *flow) startOf(c *ssa.CallCommon) (processStart, bool) {
	fn := c.StaticCallee()
	if fn == nil {
		return processStart{}, false
	}
	obj, _ := fn.Object().(*types.Func)
	if obj == nil {
		return processStart{}, false
	}
	if s := f.deps[obj.Origin().FullName()]; s != nil && s.Starts > 0 {
		return processStart{call: s.Name, server: s.Server, linked: s.Linked, result: s.Starts - 1, options: true}, true
	}
	role, ok := roles.Of(obj)
	if !ok || role.Kind != roles.Start && role.Kind != roles.Spawn {
		return processStart{}, false
	}
	s := processStart{call: role.String(), linked: role.LinkedName()}
	if n := len(c.Args); n > 0 && obj.Signature().Variadic() {
		k, isConst := c.Args[n-1].(*ssa.Const)
		s.options = !isConst || !k.IsNil()
	}
	if i := role.Server.Index(); i >= 0 && i < len(fn.TypeArgs()) {
		s.server = typeName(fn.TypeArgs()[i])
	} else if results := c.Signature().Results(); results.Len() > 0 {
		s.server = serverBehind(results.At(0).Type())
	}
	if role.Kind == roles.Spawn && role.Body.Index() < len(c.Args) {
		s.body = functionOf(c.Args[role.Body.Index()])
		s.unknown = s.body == nil || !f.local[s.body]
		if s.unknown {
			s.body = nil
		}
	}
	return s, true
}

func typeName(t types.Type) string { return types.TypeString(deref(t), (*types.Package).Name) }

// serverBehind returns the type of the server that a reference refers to, "" if t
// is no reference.
func serverBehind(t types.Type) string {
	row, ok := roles.TypeOf(t)
	if named := namedOf(t); ok && row.Kind == roles.RefType && row.Server.Index() < named.TypeArgs().Len() {
		return typeName(named.TypeArgs().At(row.Server.Index()))
	}
	return ""
}

// startedResult returns which result of fn, from 1, is a process that fn itself
// started without owning it, and its start; 0 if none is.
func (p *analysisOf) startedResult(fn *ssa.Function) (index int, of processStart) {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for i, v := range ret.Results {
			at := 0
			if ext, ok := v.(*ssa.Extract); ok {
				v, at = ext.Tuple, ext.Index
			}
			call, ok := v.(*ssa.Call)
			if !ok {
				continue
			}
			start, ok := p.flow.startOf(&call.Call)
			if !ok || start.result != at || start.body != nil && !p.livesLong(start.body) || start.unknown {
				continue
			}
			if h := handle(call, at); h != nil && !p.stops(p.flow.of(h)) {
				return i + 1, start
			}
		}
	}
	return 0, processStart{}
}

// roleOf returns the framework role of the function that a call runs.
func roleOf(c *ssa.CallCommon) (roles.Func, bool) {
	fn := c.StaticCallee()
	if fn == nil {
		return roles.Func{}, false
	}
	obj, _ := fn.Object().(*types.Func)
	if obj == nil {
		return roles.Func{}, false
	}
	return roles.Of(obj)
}

// tells reports whether a call tells a process something: that the goroutine
// ended, if that is where it stands.
func (p *analysisOf) tells(c *ssa.CallCommon) bool {
	role, ok := roleOf(c)
	if !ok {
		return false
	}
	switch role.Kind {
	case roles.Call, roles.Cast, roles.TryCast, roles.Invoke, roles.Send, roles.Exit, roles.StopServer,
		roles.StopTree, roles.Reply, roles.Fail:
		return true
	}
	return false
}

// isHandle reports whether t holds a process: a reference, a PID, or what takes one.
func isHandle(t types.Type) bool {
	role, ok := roles.TypeOf(t)
	if !ok {
		return false
	}
	switch role.Kind {
	case roles.RefType, roles.ToType, roles.PIDType, roles.DestType:
		return true
	}
	return false
}

// roleCall adds what a framework function does to the process it addresses, and
// reports whether the call was one.
func (f *flow) roleCall(in ssa.CallInstruction) bool {
	c := in.Common()
	role, ok := roleOf(c)
	if !ok {
		return false
	}
	if _, ok := f.startOf(c); ok {
		return true // its result is fresh
	}
	i := role.Target.Index()
	if c.Signature().Recv() != nil {
		i++
		if role.Target == 0 {
			i = 0
		}
	}
	if i < 0 || i >= len(c.Args) || !carries(c.Args[i].Type()) {
		return false
	}
	target := c.Args[i]
	switch role.Kind {
	case roles.StopServer, roles.Exit, roles.Wait, roles.Monitor, roles.Link:
		f.event(opStop, target, in)
		if other := role.Value.Index(); role.Kind == roles.Link && other >= 0 && other < len(c.Args) {
			f.event(opStop, c.Args[other], in)
		}
		f.stopsByName = f.stopsByName || byName(target)
		return true
	case roles.Call, roles.Cast, roles.TryCast, roles.Invoke, roles.Send, roles.Inspect, roles.SendAfter:
		return true
	case roles.View, roles.RefTo, roles.Dest:
		if v := in.Value(); v != nil && carries(v.Type()) {
			f.union(f.node(v), f.node(target))
		}
		return true
	}
	return false
}

// byName reports whether a target is looked up by its name.
func byName(v ssa.Value) bool {
	v = assigned(v)
	if mi, ok := v.(*ssa.MakeInterface); ok {
		if roles.IsType(mi.X.Type(), roles.NameType) {
			return true
		}
		v = assigned(mi.X)
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	role, ok := roleOf(&call.Call)
	return ok && (role.Kind == roles.NamedRef || role.Kind == roles.RefTo || role.Kind == roles.Lookup)
}
