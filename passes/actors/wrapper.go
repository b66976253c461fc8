package actors

import "github.com/otplint/otplint/passes/roles"

// wrappers adds the sites that calls of wrappers make: where a function's site has its server or message from a
// parameter or type parameter, each caller that fixes them has the site too, with the way as Via. Wrappers of
// wrappers need as many rounds as they are deep.
func (b *builder) wrappers() {
	const rounds = 6
	fresh := map[FuncID][]Site{}
	for p := range b.m.Packages() {
		for _, s := range p.Sites {
			if s.wraps() {
				fresh[s.Func] = append(fresh[s.Func], s)
			}
		}
	}
	for range rounds {
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
					b.site(at)
					if at.wraps() {
						next[caller.ID] = append(next[caller.ID], at)
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
	s.Func, s.Pos, s.End = caller, e.Pos, e.End
	s.Target, s.Msg = e.operand(s.Target), e.operand(s.Msg)
	s.Via = append([]Hop{{Func: wrapper, Pos: e.Pos}}, s.Via...)
	s.Case, s.Loop, s.Go = e.Case, s.Loop || e.Loop, s.Go || e.Go
	s.GoStmt = e.Go
	if s.Instance.Kind == ParamInstance {
		s.Instance = e.instance(s.Instance.Param)
	}
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

func (e *Edge) instance(p roles.Arg) Instance {
	for _, ref := range e.Refs {
		if ref.Param == p {
			return ref.Instance
		}
	}
	return Instance{}
}
