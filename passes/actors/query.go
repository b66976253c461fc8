package actors

import (
	"go/token"
	"iter"
	"slices"
	"sync"

	"github.com/otplint/otplint/passes/actorssa"
	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/ssa"
)

// Model is the pass's result: the package under analysis and the models of its dependencies in the cone. It is
// read-only and safe for concurrent use: the checks of a package share it, and drivers run them at the same time.
type Model struct {
	Pkg  *Package   // the package under analysis
	Deps []*Package // its dependencies in the cone, direct or not, sorted by path
	SSA  *actorssa.SSA

	positions *positions
	files     map[string]*File // own files
	ssaFuncs  map[FuncID]*ssa.Function
	ids       map[*ssa.Function]FuncID
	flows     map[*ssa.Function]*flow

	agentsOnce sync.Once
	agentsBy   map[TypeID]*Server

	complete bool // the package itself can be looked up
	binding  sync.Once
	bound    map[TypeID][]Binding
	entering sync.Once
	entries  []Entry
	reverse  sync.Once
	callers  map[FuncID][]Step
}

// Packages iterates over all models: the dependencies, sorted by path, then the package itself.
func (m *Model) Packages() iter.Seq[*Package] {
	return func(yield func(*Package) bool) {
		for _, p := range m.Deps {
			if !yield(p) {
				return
			}
		}
		yield(m.Pkg)
	}
}

// TokenPos is the position in the pass's file set, for reports and related information. A position in another
// package gets a stand-in file that prints the exact line and column.
func (m *Model) TokenPos(p Pos) token.Pos { return m.positions.pos(p) }

// PosOf is the inverse of TokenPos.
func (m *Model) PosOf(p token.Pos) Pos { return m.positions.of(p) }

// File returns the file of the package under analysis that holds p, or nil.
func (m *Model) File(p Pos) *File { return m.files[p.File] }

// Quiet says whether p stands in a test or generated file of the package under analysis.
func (m *Model) Quiet(p Pos) bool {
	f := m.files[p.File]
	return f != nil && (f.Test || f.Generated)
}

// SSAFunc is the SSA form of a function of the package under analysis, or nil.
func (m *Model) SSAFunc(id FuncID) *ssa.Function { return m.ssaFuncs[id] }

// ID is the function's ID. An instance of a generic function has its origin's.
func (m *Model) ID(f *ssa.Function) FuncID {
	if id, ok := m.ids[f]; ok {
		return id
	}
	return funcID(f)
}

// Cases are the messages for which a block of the package under analysis runs, as in Site.Case; nil: any.
func (m *Model) Cases(block *ssa.BasicBlock) []TypeID {
	if fl := m.flows[block.Parent()]; fl != nil && fl.cases != nil {
		return fl.cases[block.Index]
	}
	return nil
}

// Func returns a function's summary, or nil: then it calls, blocks on and writes nothing if its package is in the
// cone (see InCone), and is unknown otherwise.
func (m *Model) Func(id FuncID) *Func { return m.lookup(id.Package()).funcs[id] }

// InCone says whether the function's package has a model here.
func (m *Model) InCone(id FuncID) bool {
	return m.Package(id.Package()) != nil
}

// Server returns the server with the given type (with or without pointer and type arguments), or nil. An agent's
// type has both.
func (m *Model) Server(t TypeID) *Server {
	if s := m.lookup(t.Package()).servers[key(t)]; s != nil {
		return s
	}
	if m.complete && roles.IsAgent(t.Package(), t.Name()) {
		return m.agents()[t]
	}
	return nil
}

// ServersOf lists the servers that a reference's type argument may stand for: the server itself, or for an
// interface the servers that are known to become it.
func (m *Model) ServersOf(t TypeID) []*Server {
	if s := m.Server(t); s != nil {
		return []*Server{s}
	}
	var all []*Server
	for _, b := range m.bindings()[t] {
		if s := m.Server(b.Type); s != nil && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// Servers iterates over the servers of all packages; over an agent once, whoever makes it.
func (m *Model) Servers() iter.Seq[*Server] {
	return func(yield func(*Server) bool) {
		for p := range m.Packages() {
			for i := range p.Servers {
				s := &p.Servers[i]
				if s.Agent && m.agents()[s.Type] != s {
					continue
				}
				if !yield(s) {
					return
				}
			}
		}
	}
}

// Message returns the message with the given type, or nil.
func (m *Model) Message(t TypeID) *Message { return m.lookup(t.Package()).messages[key(t)] }

// MessagesOf lists the messages whose embed names the server.
func (m *Model) MessagesOf(server TypeID) []*Message {
	var all []*Message
	for p := range m.Packages() {
		for i := range p.Messages {
			if key(p.Messages[i].Server) == key(server) {
				all = append(all, &p.Messages[i])
			}
		}
	}
	return all
}

// Sites iterates over the sites of all packages that are of one of the kinds, or all.
func (m *Model) Sites(kinds ...SiteKind) iter.Seq[*Site] {
	return func(yield func(*Site) bool) {
		for p := range m.Packages() {
			for i := range p.Sites {
				if s := &p.Sites[i]; (len(kinds) == 0 || slices.Contains(kinds, s.Kind)) && !yield(s) {
					return
				}
			}
		}
	}
}

// SitesTo iterates over the sites whose target is known to be the server.
func (m *Model) SitesTo(server TypeID, kinds ...SiteKind) iter.Seq[*Site] {
	return func(yield func(*Site) bool) {
		for s := range m.Sites(kinds...) {
			if s.Target.Known() && key(s.Target.Type) == key(server) && !yield(s) {
				return
			}
		}
	}
}

// CallbackOf returns the callback that a function is, or nil.
func (m *Model) CallbackOf(f FuncID) *Callback {
	for s := range m.Servers() {
		for i := range s.Callbacks {
			if s.Callbacks[i].Func == f {
				return &s.Callbacks[i]
			}
		}
	}
	return nil
}

// Step is one step of a path through functions: Func runs what comes next at Edge; the last step's Edge is nil.
type Step struct {
	Func *Func
	Edge *Edge
}

// Callees are the functions that an edge may run: its callee, or the methods of the types that are known to
// become its interface, each with the binding that shows it.
func (m *Model) Callees(e *Edge) iter.Seq2[FuncID, *Binding] {
	return func(yield func(FuncID, *Binding) bool) {
		if e.Kind != InvokeEdge {
			yield(e.Callee, nil)
			return
		}
		bound := m.bindings()[e.Iface]
		for i := range bound {
			b := &bound[i]
			for _, method := range b.Methods {
				if method.Name == e.Method && !yield(method.Func, b) {
					return
				}
			}
		}
	}
}

// Callers iterates over the edges that may run f, with the functions that have them.
func (m *Model) Callers(f FuncID) iter.Seq2[*Func, *Edge] {
	m.reverse.Do(m.linkCallers)
	return func(yield func(*Func, *Edge) bool) {
		for _, c := range m.callers[f] {
			if !yield(c.Func, c.Edge) {
				return
			}
		}
	}
}

// Entry is a function that starts on a concurrent path, where many may run at once.
type Entry struct {
	Func *Func
	Kind EntryKind
	Pos  Pos // where it becomes one: the go statement, else the function
}

// Entries lists the entry points of all packages, HTTP handlers first. Callbacks of servers are not among them.
func (m *Model) Entries() []Entry {
	m.entering.Do(m.linkEntries)
	return m.entries
}

// Walk says where a traversal from a function goes.
type Walk struct {
	// Go follows go statements too. Without it the traversal stays in the goroutine.
	Go bool
	// Values follows functions taken as values: they may run, but nobody knows when. Literals are always
	// followed.
	Values bool
	// Msg, if set, restricts a handler, and the helpers that it passes the message to, to the code that runs for
	// this message.
	Msg TypeID
}

// Reach walks breadth first through what the function may run, each function once, and yields the path to it,
// which starts with the function itself. The slice is valid until the next iteration. It stops early if the
// consumer does.
func (m *Model) Reach(from FuncID, w Walk) iter.Seq[[]Step] {
	return func(yield func([]Step) bool) {
		type node struct {
			id   FuncID
			msg  TypeID
			via  *Edge
			back int
		}
		nodes := []node{{id: from, msg: w.Msg, back: -1}}
		type visit struct {
			id  FuncID
			msg TypeID
		}
		seen := map[visit]bool{{from, w.Msg}: true}
		for i := 0; i < len(nodes); i++ {
			n := nodes[i]
			f := m.Func(n.id)
			if f == nil {
				continue
			}
			path := []Step{{Func: f}}
			for j := i; nodes[j].back >= 0; j = nodes[j].back {
				path = append(path, Step{Func: m.Func(nodes[nodes[j].back].id), Edge: nodes[j].via})
			}
			slices.Reverse(path)
			if !yield(path) {
				return
			}
			for k := range f.Edges {
				e := &f.Edges[k]
				if e.Go && !w.Go || e.Kind == ValueEdge && !w.Values || !Runs(e.Case, n.msg) {
					continue
				}
				msg := TypeID("")
				if n.msg != "" && (e.Forward != 0 || e.Kind == LiteralEdge) {
					msg = n.msg
				}
				for id := range m.Callees(e) {
					if v := (visit{id, msg}); !seen[v] {
						seen[v] = true
						nodes = append(nodes, node{id, msg, e, i})
					}
				}
			}
		}
	}
}

// Runs says whether code that is guarded by the cases may run for msg; "" is any message.
func Runs(cases []TypeID, msg TypeID) bool {
	return msg == "" || cases == nil || slices.ContainsFunc(cases, msg.Matches)
}

// MsgIn is the walk's message in the last function of a path that Reach yielded for w: w.Msg while the message
// was passed on, "" after.
func MsgIn(path []Step, w Walk) TypeID {
	msg := w.Msg
	for _, s := range path {
		if s.Edge != nil && s.Edge.Forward == 0 && s.Edge.Kind != LiteralEdge {
			msg = ""
		}
	}
	return msg
}

// BlocksIn iterates over the operations that may block the goroutine of f, in f or in what it runs, with the path.
func (m *Model) BlocksIn(f FuncID, msg TypeID) iter.Seq2[[]Step, *Block] {
	return func(yield func([]Step, *Block) bool) {
		w := Walk{Msg: msg}
		for path := range m.Reach(f, w) {
			last, at := path[len(path)-1].Func, MsgIn(path, w)
			for i := range last.Blocks {
				if b := &last.Blocks[i]; !b.Go && Runs(b.Case, at) && !yield(path, b) {
					return
				}
			}
		}
	}
}

// SitesIn iterates over the sites in f and in what it runs, with the path.
func (m *Model) SitesIn(f FuncID, w Walk) iter.Seq2[[]Step, *Site] {
	return func(yield func([]Step, *Site) bool) {
		for path := range m.Reach(f, w) {
			last, at := path[len(path)-1].Func, MsgIn(path, w)
			for _, s := range m.lookup(last.ID.Package()).sites[last.ID] {
				if (!s.GoStmt || w.Go) && Runs(s.Case, at) && !yield(path, s) {
					return
				}
			}
		}
	}
}

// Trees iterates over the declared supervisors of all packages, nested ones after the one that holds them.
func (m *Model) Trees() iter.Seq[*Tree] {
	return func(yield func(*Tree) bool) {
		for p := range m.Packages() {
			for i := range p.Trees {
				if !yield(&p.Trees[i]) {
					return
				}
			}
		}
	}
}

// Handled iterates over the messages that the server handles in the callback; 0 is any callback.
func (s *Server) Handled(kind roles.CallbackKind) iter.Seq[*Handled] {
	return func(yield func(*Handled) bool) {
		for i := range s.Handles {
			if h := &s.Handles[i]; (kind == 0 || h.Kind == kind) && !yield(h) {
				return
			}
		}
	}
}

// Callback returns the server's callback of the kind, or nil.
func (s *Server) Callback(kind roles.CallbackKind) *Callback {
	for i := range s.Callbacks {
		if s.Callbacks[i].Kind == kind {
			return &s.Callbacks[i]
		}
	}
	return nil
}

// Name is the server as messages print it: "Counter".
func (s *Server) Name() string { return s.Type.Name() }
