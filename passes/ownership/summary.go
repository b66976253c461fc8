package ownership

import (
	"cmp"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A Summary says what a caller in another package has to know of a function. It
// holds names and places only.
type Summary struct {
	Func   string // types.Func.FullName
	Name   string // as a reader would name it
	Kind   Kind   // of the work that it does before it returns; 0: none that lasts
	Site   string // where that work is
	In     string // the function that holds it
	Stop   string
	Ctx    int    // DeadStop if the Ctx-th argument (from 1, receiver counted) is never cancelled; 0: none
	Spawns int    // it runs its Spawns-th argument in a goroutine that it does not own; 0: none
	Method string // Spawns: it is this method of the argument that runs; "": the argument is the function
	Owns   uint64 // the arguments, as bits, that are processes which it ends or watches
	Server string // Starts: the server's type
	Linked string // Starts: the function that would have linked it
	Starts int    // its Starts-th result is a process that it started and does not own; 0: none
}

// Summaries is the package fact: of the package and all its dependencies, sorted
// by function. vet keeps the facts of direct imports only, hence the closure.
type Summaries struct{ List []Summary }

// AFact makes Summaries a fact.
func (*Summaries) AFact() {}

func (s *Summaries) String() string { return "ownership" }

// summaries returns the package's own summaries united with its dependencies'.
func (p *analysisOf) summaries() *Summaries {
	all := maps.Clone(p.deps)
	for _, fn := range p.flow.fns {
		obj, _ := fn.Object().(*types.Func)
		if obj == nil {
			continue
		}
		if s := p.summary(fn, obj); s.Kind != 0 || s.Spawns != 0 || s.Starts != 0 || s.Owns != 0 {
			all[s.Func] = &s
		}
	}
	out := &Summaries{}
	for _, s := range all {
		out.List = append(out.List, *s)
	}
	slices.SortFunc(out.List, func(a, b Summary) int { return cmp.Compare(a.Func, b.Func) })
	return out
}

func (p *analysisOf) summary(fn *ssa.Function, obj *types.Func) Summary {
	s := Summary{Func: obj.FullName(), Name: nameOf(fn)}
	if t, ok := p.spawns[fn]; ok {
		s.Spawns, s.Method = t.param+1, t.method
	}
	s.Owns = p.passedOn(fn)
	index, start := p.startedResult(fn)
	s.Starts, s.Server, s.Linked = index, start.server, start.linked
	b := p.bodyOf(fn)
	for i := range b.works {
		w := &b.works[i]
		ctx := 0
		if w.work.Kind == Stoppable {
			if ctx = contextParam(fn, w); ctx == 0 {
				continue
			}
		}
		// A function that tells its end to somebody is for its own package to judge.
		if c := p.owner(b, w); c != Ownerless && c != Cancellable {
			continue
		}
		s.Kind, s.Site, s.In, s.Stop, s.Ctx = w.work.Kind, w.work.Site, w.work.Func, w.work.Stop, ctx
		break
	}
	return s
}

// contextParam returns which parameter of fn, from 1, is the only thing that
// ends the loop; 0 if it is not that simple.
func contextParam(fn *ssa.Function, w *found) int {
	if len(w.path) != 1 || w.path[0].in == nil {
		return 0
	}
	param := 0
	for _, leave := range w.path[0].in.leaves() {
		v := assigned(leave.stop)
		if call, ok := v.(*ssa.Call); ok {
			if recv, name := methodOf(&call.Call); recv != nil && name == "Done" && isContext(recv.Type()) {
				v = assigned(recv)
			}
		}
		i := slices.IndexFunc(fn.Params, func(x *ssa.Parameter) bool { return x == v }) + 1
		if i == 0 || !isContext(v.Type()) || param != 0 && param != i {
			return 0
		}
		param = i
	}
	return param
}

// foreignWork returns the work that a function of another package does.
func (p *analysisOf) foreignWork(fn *ssa.Function, c *ssa.CallCommon) (Work, bool) {
	obj, _ := fn.Object().(*types.Func)
	if obj == nil {
		return Work{}, false
	}
	s := p.deps[obj.Origin().FullName()]
	if s == nil || s.Kind == 0 {
		return Work{}, false
	}
	w := Work{Kind: s.Kind, Pos: token.NoPos, Site: s.Site, Func: s.In, Stop: s.Stop}
	if s.Ctx > 0 && s.Ctx <= len(c.Args) {
		if o := p.flow.of(c.Args[s.Ctx-1]); o.inert && !o.live && !o.open {
			w.Kind, w.Stop = DeadStop, "its context is never cancelled (context.Background)"
		}
	}
	return w, true
}
