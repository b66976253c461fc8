package actors

import "slices"

// WithoutTests is the model as it were if there were no test files: without what stands in them, and without
// packages that only they import. A rule that counts over packages must ask it, or it would judge a package and its
// variant for testing differently.
func (m *Model) WithoutTests() *Model {
	bare := &Model{
		Pkg: m.Pkg.withoutTests(), SSA: m.SSA,
		positions: m.positions, files: m.files, ssaFuncs: m.ssaFuncs, ids: m.ids, complete: true,
	}
	reached := map[string]bool{}
	var reach func(p *Package)
	reach = func(p *Package) {
		if p == nil || reached[p.Path] {
			return
		}
		reached[p.Path] = true
		for _, path := range p.Imports {
			reach(m.Package(path))
		}
	}
	reach(m.Pkg)
	for _, p := range m.Deps {
		if reached[p.Path] {
			bare.Deps = append(bare.Deps, p.withoutTests())
		}
	}
	return bare
}

func (p *Package) withoutTests() *Package {
	tests := map[string]bool{}
	for _, f := range p.Files {
		tests[f.Name] = f.Test
	}
	if !slices.ContainsFunc(p.Files, func(f File) bool { return f.Test }) {
		return p
	}
	bare := &Package{Path: p.Path, Imports: p.Imports, Stats: p.Stats}
	bare.Files = keep(p.Files, func(f *File) bool { return !f.Test })
	bare.Servers = keep(p.Servers, func(s *Server) bool { return !tests[s.Pos.File] })
	bare.Messages = keep(p.Messages, func(m *Message) bool { return !tests[m.Pos.File] })
	bare.Funcs = keep(p.Funcs, func(f *Func) bool { return !f.Test })
	bare.Sites = keep(p.Sites, func(s *Site) bool { return !tests[s.Pos.File] })
	bare.Trees = keep(p.Trees, func(t *Tree) bool { return !tests[t.Pos.File] })
	bare.Bindings = keep(p.Bindings, func(b *Binding) bool { return !tests[b.Pos.File] })
	bare.Held = keep(p.Held, func(h *Held) bool { return !tests[h.Pos.File] })
	return bare
}

// inTest says whether p stands in a test file of the package under analysis.
func (m *Model) inTest(p Pos) bool {
	f := m.files[p.File]
	return f != nil && f.Test
}

// keep lists the elements that are fit.
func keep[T any](list []T, fit func(*T) bool) []T {
	var kept []T
	for i := range list {
		if fit(&list[i]) {
			kept = append(kept, list[i])
		}
	}
	return kept
}
