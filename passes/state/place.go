package state

import (
	"go/types"
	"iter"
	"maps"

	"github.com/otplint/otplint/passes/actorssa"
	"golang.org/x/tools/go/ssa"
)

// place is a field of the state, found by its path from the state's struct; the root is the struct itself.
type place struct {
	parent   *place
	field    *types.Var // nil for the root
	typ      types.Type
	inElem   bool // the field belongs to the elements of parent
	children map[step]*place

	growths     []growth
	fills       []Fill
	shrinks     bool // entries are removed, or may be
	elemShrinks bool // entries of its elements are
	opaque      bool // somebody unknown may change what is below
	adds, sets  bool // a number: counted up, set otherwise
}

type step struct {
	field  *types.Var
	inElem bool
}

// growth is an operation that makes a place's container bigger.
type growth struct {
	Fill
	inner bool // a container that is its element grows
}

// tag says that a value is, or points to, a part of the state.
type tag struct {
	place *place
	kind  tagKind
}

type tagKind uint8

const (
	address  tagKind = iota // of the place
	content                 // what is stored there: the struct, the pointer, the map, the slice
	elemAddr                // address of an element
	elem                    // an element of the container
)

// maxDepth bounds the paths that are followed; recursive types have infinite ones.
const maxDepth = 4

// child is the place of a field below p, nil where paths end.
func (p *place) child(field *types.Var, inElem bool) *place {
	field = field.Origin()
	s := step{field, inElem}
	if c := p.children[s]; c != nil {
		return c
	}
	depth := 0
	for q := p; q != nil; q = q.parent {
		if depth++; depth > maxDepth || q.field == field {
			return nil
		}
	}
	c := &place{parent: p, field: field, typ: field.Type(), inElem: inElem}
	if p.children == nil {
		p.children = map[step]*place{}
	}
	p.children[s] = c
	return c
}

func (p *place) all() iter.Seq[*place] { return maps.Values(p.children) }

// root is the place of the whole state.
func (p *place) root() *place {
	for p.parent != nil {
		p = p.parent
	}
	return p
}

// path of the place, as messages print it.
func (p *place) path() string {
	if p.parent == nil || p.parent.field == nil {
		return p.field.Name()
	}
	return p.parent.path() + "." + p.field.Name()
}

// lose records that entries of the place may disappear, and with them all that is below.
func (p *place) lose() { p.shrinks = true }

// give records that somebody unknown may change the place and what is below.
func (p *place) give() { p.shrinks, p.opaque = true, true }

// growing are the operations after which the place's container stays bigger.
func (p *place) growing() []Fill {
	var all []Fill
	for _, g := range p.growths {
		if !g.inner || !p.elemShrinks {
			all = append(all, g.Fill)
		}
	}
	return all
}

// fieldOf is the field that an instruction selects from a struct, or from what a pointer points to.
func fieldOf(t types.Type, i int) *types.Var {
	t = types.Unalias(t)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || i >= s.NumFields() {
		return nil
	}
	return s.Field(i)
}

// root is the local variable whose memory an address or slice denotes, a captured one where it is declared; or
// the value itself.
func root(v ssa.Value) ssa.Value {
	for range 32 {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		case *ssa.Slice:
			v = x.X
		case *ssa.FreeVar:
			b := actorssa.Binding(x)
			if b == nil {
				return v
			}
			v = b
		default:
			return v
		}
	}
	return v
}

// local is the local variable that an address denotes, or nil.
func local(addr ssa.Value) *ssa.Alloc {
	a, _ := root(addr).(*ssa.Alloc)
	return a
}
