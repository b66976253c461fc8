package scatteredcalls

import (
	"cmp"
	"slices"
	"sort"

	"github.com/otplint/otplint/passes/actors"
)

// sends are the raw sends of a package, by the messages that they send.
type sends struct {
	literals map[*actors.Site]bool // stand in a send
	others   map[scope]bool        // have sends of a message that is built elsewhere, in a variable
}

// scope is a message in a function.
type scope struct {
	in  actors.FuncID
	msg actors.TypeID
}

// sendsOf finds for each send the literals of its message in it.
func sendsOf(sites []actors.Site, sent []*actors.Site) *sends {
	type text struct {
		file string
		msg  actors.TypeID
	}
	built := map[text][]*actors.Site{}
	for i := range sites {
		if s := &sites[i]; s.Kind == actors.ConstructSite {
			at := text{s.Pos.File, key(s)}
			built[at] = append(built[at], s)
		}
	}
	for _, list := range built {
		slices.SortFunc(list, func(x, y *actors.Site) int { return compare(x.Pos, y.Pos) })
	}
	all := &sends{map[*actors.Site]bool{}, map[scope]bool{}}
	for _, s := range sent {
		list, found := built[text{s.Pos.File, key(s)}], false
		first := sort.Search(len(list), func(i int) bool { return compare(list[i].Pos, s.Pos) >= 0 })
		for _, literal := range list[first:] {
			if compare(literal.Pos, s.End) > 0 {
				break
			}
			if compare(literal.End, s.End) <= 0 {
				all.literals[literal], found = true, true
			}
		}
		if !found {
			all.others[scope{s.Func, key(s)}] = true
		}
	}
	return all
}

// send says whether a raw send sends what the site builds: the literal stands in it, or the send stands in the same
// function and has no literal of its own.
func (all *sends) send(built *actors.Site) bool {
	return all.literals[built] || built.To == "" && all.others[scope{built.Func, key(built)}]
}

// key is a site's message without pointer and type arguments.
func key(s *actors.Site) actors.TypeID { return s.Msg.Type.Elem().Origin() }

// compare orders positions of a file.
func compare(a, b actors.Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}
