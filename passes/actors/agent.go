package actors

import (
	"go/types"
	"slices"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// An agent is a server of the framework's own: it runs the functions that it is sent. What a user's server is by its
// type, an agent is by the type of its state; its messages are the functions, known by the sites that send them.

// referred is the server that the reference which a role's call takes or gives refers to.
func (b *builder) referred(call ssa.CallInstruction, role roles.Func) Operand {
	switch {
	case role.Kind == roles.Call, role.Kind == roles.Cast, role.Kind == roles.StopServer:
		if v := argument(call.Common(), role.Target); v != nil {
			return b.referredBy(v.Type())
		}
	case role.Kind == roles.Start, role.Kind == roles.StartLink, role.ChildKind == roles.ServerChild:
		if results := call.Common().Signature().Results(); results.Len() > 0 {
			return b.referredBy(results.At(0).Type())
		}
	}
	return Operand{}
}

// referredBy is the server that a reference's type names, or that of the reference that a child gives.
func (b *builder) referredBy(t types.Type) Operand {
	row, ok := roles.TypeOf(t)
	if !ok {
		return Operand{}
	}
	named, ok := types.Unalias(deref(t)).(*types.Named)
	if !ok {
		return Operand{}
	}
	switch row.Kind {
	case roles.RefType:
		if i := row.Server.Index(); i < named.TypeArgs().Len() {
			return b.typeArg(named.TypeArgs().At(i), nil)
		}
	case roles.ChildType:
		if named.TypeArgs().Len() == 1 && roles.IsType(named.TypeArgs().At(0), roles.RefType) {
			return b.referredBy(named.TypeArgs().At(0))
		}
	}
	return Operand{}
}

// findAgents lists the agents that the package makes as servers.
func (b *builder) findAgents(call *ssa.CallCommon, s *Site) {
	if s.Kind != StartSite && s.Kind != ChildSite || !s.Target.Known() {
		return
	}
	results := call.Signature().Results()
	if results.Len() == 0 || !isAgent(results.At(0).Type()) {
		return
	}
	if !slices.ContainsFunc(b.m.Pkg.Servers, func(old Server) bool { return old.Type == s.Target.Type && !b.m.inTest(old.Pos) }) {
		b.m.Pkg.Servers = append(b.m.Pkg.Servers, Server{Type: s.Target.Type, Pos: s.Pos, Agent: true})
	}
}

// isAgent says whether a type is a reference to an agent, or a child that is one.
func isAgent(t types.Type) bool {
	const depth = 3 // Child[Ref[*Agent]]
	for range depth {
		if roles.IsType(t, roles.AgentType) {
			return true
		}
		named, ok := types.Unalias(deref(t)).(*types.Named)
		if !ok || !roles.IsType(t, roles.RefType) && !roles.IsType(t, roles.ChildType) || named.TypeArgs().Len() != 1 {
			return false
		}
		t = named.TypeArgs().At(0)
	}
	return false
}

// functions finds the sites that send functions which only read. It needs the functions' writes.
func (b *builder) functions() {
	for i := range b.m.Pkg.Sites {
		s := &b.m.Pkg.Sites[i]
		if s.ReadOnly && b.m.ssaFuncs[s.Factory] == nil {
			s.ReadOnly = false
		}
		if s.ReadOnly {
			s.ReadOnly = len(b.effects[b.m.ssaFuncs[s.Factory]].writes) == 0
		}
	}
}

// agents are the agents of all packages by type: for each the one that is listed first.
func (m *Model) agents() map[TypeID]*Server {
	m.agentsOnce.Do(func() {
		m.agentsBy = map[TypeID]*Server{}
		for p := range m.Packages() {
			for i := range p.Servers {
				if s := &p.Servers[i]; s.Agent && m.agentsBy[s.Type] == nil {
					m.agentsBy[s.Type] = s
				}
			}
		}
	})
	return m.agentsBy
}
