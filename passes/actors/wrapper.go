package actors

import "github.com/otplint/otplint/passes/roles"

const (
	// wrapDepth is how deep wrappers of wrappers are followed.
	wrapDepth = 6
	// maxWraps is how many sites of wrappers a function may leave to its callers. Functions that call each other
	// in all directions would have one for each way through them.
	maxWraps = 64
)

// wrapKey tells the sites of a wrapper apart as far as its callers can: they differ in where the framework is used,
// or in what the wrapper gives. Several ways to the same use are one.
type wrapKey struct {
	fn          FuncID
	origin      Pos
	kind        SiteKind
	target, msg Operand
	instance    Instance
	goes, loops bool
}

func (s *Site) wrapKey() wrapKey {
	return wrapKey{s.Func, s.origin(), s.Kind, s.Target, s.Msg, s.Instance, s.Go, s.Loop}
}

// origin is where the framework is used.
func (s *Site) origin() Pos {
	if s.Origin.IsValid() {
		return s.Origin
	}
	return s.Pos
}

// wrappers adds the sites that calls of wrappers make: where a function's site has its server or message from a
// parameter or type parameter, each caller that fixes them has the site too, with the way as Via. Wrappers of
// wrappers need as many rounds as they are deep.
func (b *builder) wrappers() {
	fresh := map[FuncID][]Site{}
	seen := map[wrapKey]bool{}
	add := func(to map[FuncID][]Site, s Site) {
		if key := s.wrapKey(); !seen[key] {
			seen[key] = true
			to[s.Func] = append(to[s.Func], s)
		}
	}
	for p := range b.m.Packages() {
		for _, s := range p.Sites {
			if s.wraps() {
				add(fresh, s)
			}
		}
	}
	open := map[FuncID]int{}
	for range wrapDepth {
		next := map[FuncID][]Site{}
		for _, f := range b.m.SSA.Funcs {
			caller := b.own[b.m.ids[f]]
			for i := range caller.Edges {
				e := &caller.Edges[i]
				for _, s := range fresh[e.Callee] {
					if e.Callee == caller.ID {
						continue
					}
					at := throughEdge(s, caller.ID, e)
					if !at.wraps() {
						b.site(at)
					} else if open[caller.ID]++; open[caller.ID] <= maxWraps {
						b.site(at)
						add(next, at)
					} else {
						b.m.Pkg.Stats.Unresolved[at.Kind]++
					}
				}
			}
		}
		if len(next) == 0 {
			return
		}
		fresh = next
	}
}

// wraps says whether a caller decides the site's server or message.
func (s *Site) wraps() bool {
	server, message := s.Kind.targeted()
	open := func(o Operand) bool { return !o.Known() && (o.TArg != 0 || o.Param != 0) }
	return server && open(s.Target) || message && open(s.Msg)
}

// throughEdge is a wrapper's site as its caller has it.
func throughEdge(s Site, caller FuncID, e *Edge) Site {
	wrapper := s.Func
	s.Origin = s.origin()
	s.Func, s.Pos, s.End = caller, e.Pos, e.End
	s.Target, s.Msg = e.operand(s.Target), e.operand(s.Msg)
	s.Via = append([]Hop{{Func: wrapper, Pos: e.Pos}}, s.Via...)
	s.Case, s.Loop, s.Go = e.Case, s.Loop || e.Loop, s.Go || e.Go
	s.GoStmt = e.Go
	s.Instance, s.As = e.through(s.Instance), e.through(s.As)
	return s
}

// operand is what the caller gives for a wrapper's operand.
func (e *Edge) operand(o Operand) Operand {
	if i := o.TArg.Index(); i >= 0 && !o.Known() {
		if i < len(e.TArgs) {
			return e.TArgs[i]
		}
		return Operand{}
	}
	if i := o.Param.Index(); i >= 0 && !o.Known() {
		if i < len(e.Args) {
			return e.Args[i]
		}
		return Operand{}
	}
	return o
}

// through is a callee's instance as its caller has it.
func (e *Edge) through(in Instance) Instance {
	switch in.Kind {
	case ParamInstance:
		return e.instance(in.Param)
	case FieldInstance:
		of := e.instance(in.Param)
		in.Param = 0
		if of.Kind == ParamInstance {
			in.Param = of.Param
		}
	}
	return in
}

func (e *Edge) instance(p roles.Arg) Instance {
	for _, ref := range e.Refs {
		if ref.Param == p {
			return ref.Instance
		}
	}
	return Instance{}
}
