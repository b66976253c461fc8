package actors

import (
	"cmp"
	"slices"
	"sync"

	"github.com/otplint/otplint/passes/roles"
)

// index finds what a package's model holds. It is built once per package, however many importers ask.
type index struct {
	once     sync.Once
	funcs    map[FuncID]*Func
	servers  map[TypeID]*Server
	messages map[TypeID]*Message
	sites    map[FuncID][]*Site
	held     map[FuncID][]*Held
}

func (p *Package) indexed() *index {
	x := &p.index
	x.once.Do(func() {
		x.funcs = make(map[FuncID]*Func, len(p.Funcs))
		x.servers = map[TypeID]*Server{}
		x.messages = map[TypeID]*Message{}
		x.sites = map[FuncID][]*Site{}
		x.held = map[FuncID][]*Held{}
		for i := range p.Funcs {
			x.funcs[p.Funcs[i].ID] = &p.Funcs[i]
		}
		for i := range p.Servers {
			if s := &p.Servers[i]; !s.Agent {
				x.servers[key(s.Type)] = s
			}
		}
		for i := range p.Messages {
			x.messages[key(p.Messages[i].Type)] = &p.Messages[i]
		}
		for i := range p.Sites {
			x.sites[p.Sites[i].Func] = append(x.sites[p.Sites[i].Func], &p.Sites[i])
		}
		for i := range p.Held {
			x.held[p.Held[i].Func] = append(x.held[p.Held[i].Func], &p.Held[i])
		}
	})
	return x
}

// key is how servers and messages are looked up. Agents are told apart by their type arguments.
func key(t TypeID) TypeID {
	if t.Origin() != t && roles.IsAgent(t.Package(), t.Name()) {
		return t.Elem()
	}
	return t.Elem().Origin()
}

// Package returns the model of a package, or nil if it is not in the closure.
func (m *Model) Package(path string) *Package {
	if path == m.Pkg.Path {
		return m.Pkg
	}
	i, found := slices.BinarySearchFunc(m.Deps, path, func(p *Package, path string) int { return cmp.Compare(p.Path, path) })
	if !found {
		return nil
	}
	return m.Deps[i]
}

// lookup is the index of a package; that of one outside the closure is empty.
func (m *Model) lookup(path string) *index {
	if p := m.Package(path); p != nil && (p != m.Pkg || m.complete) {
		return p.indexed()
	}
	return &none
}

var none index

// bindings are all bindings by interface.
func (m *Model) bindings() map[TypeID][]Binding {
	m.binding.Do(func() {
		m.bound = map[TypeID][]Binding{}
		for p := range m.Packages() {
			for _, b := range p.Bindings {
				m.bound[b.Iface] = append(m.bound[b.Iface], b)
			}
		}
	})
	return m.bound
}

func (m *Model) linkEntries() {
	var loops []Entry
	for p := range m.Packages() {
		for i := range p.Funcs {
			f := &p.Funcs[i]
			if f.Entry != NoEntry {
				m.entries = append(m.entries, Entry{f, f.Entry, f.Pos})
			}
			for j := range f.Edges {
				if e := &f.Edges[j]; e.Go && e.Loop && !e.Sent {
					if callee := m.Func(e.Callee); callee != nil {
						loops = append(loops, Entry{callee, LoopEntry, e.Pos})
					}
				}
			}
		}
	}
	m.entries = append(m.entries, loops...)
}

func (m *Model) linkCallers() {
	m.callers = map[FuncID][]Step{}
	for p := range m.Packages() {
		for i := range p.Funcs {
			f := &p.Funcs[i]
			for j := range f.Edges {
				for id := range m.Callees(&f.Edges[j]) {
					m.callers[id] = append(m.callers[id], Step{f, &f.Edges[j]})
				}
			}
		}
	}
}
