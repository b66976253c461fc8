package msgshape

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// twice reports a struct that is two messages, or none because it would be the same twice.
func (c *check) twice(obj *types.TypeName, s *types.Struct) bool {
	byKind := map[roles.TypeKind][]embed{}
	for _, e := range embeds(s, 0, "", nil) {
		same := byKind[e.kind]
		switch {
		case len(same) > 0 && same[0].depth < e.depth: // hidden
		case len(same) > 0 && same[0].depth == e.depth:
			byKind[e.kind] = append(same, e)
		default:
			byKind[e.kind] = []embed{e}
		}
	}
	calls, casts := byKind[roles.CallToType], byKind[roles.CastToType]
	if !c.meant(obj, slices.Concat(calls, casts)) {
		return false
	}
	for _, same := range [][]embed{calls, casts} {
		if len(same) > 1 {
			c.report(obj, fmt.Sprintf("message %s embeds %s and %s: neither counts, so nobody can send it; embed one, first and by value",
				obj.Name(), same[0].path, same[1].path), nil)
			return true
		}
	}
	if len(calls) == 1 && len(casts) == 1 {
		c.report(obj, fmt.Sprintf("message %s embeds %s and %s: it is a call and a cast, and a cast has nobody to answer; declare two messages",
			obj.Name(), calls[0].path, casts[0].path), nil)
		return true
	}
	return false
}

// meant says whether a struct is meant as a message, and not as data made of messages: it says so itself, or it is
// sent or has a case.
func (c *check) meant(obj *types.TypeName, by []embed) bool {
	if slices.ContainsFunc(by, func(e embed) bool { return e.depth == 0 }) {
		return true
	}
	id := actors.TypeID(obj.Pkg().Path() + "." + obj.Name())
	for s := range c.m.Sites(actors.CallSite, actors.CastSite) {
		if s.Msg.Type.Elem().Origin() == id {
			return true
		}
	}
	for s := range c.m.Servers() {
		for h := range s.Handled(0) {
			if h.Msg.Elem().Origin() == id {
				return true
			}
		}
	}
	return false
}

// byPointer reports an embed by pointer, which is nil in each message.
func (c *check) byPointer(obj *types.TypeName, s *types.Struct, index int, field *ast.Field) {
	f := s.Field(index)
	cost := "it is nil, so Reply, Fail and Caller panic and crash the server"
	if embedded(f) == roles.CastToType {
		cost = "it is nil and takes the room of a pointer in each message"
	}
	var fixes []analysis.SuggestedFix
	if star, ok := field.Type.(*ast.StarExpr); ok && !c.used(obj, f) {
		fixes = []analysis.SuggestedFix{{
			Message:   "Embed " + f.Name() + " by value",
			TextEdits: []analysis.TextEdit{{Pos: star.Star, End: star.X.Pos()}},
		}}
		if index > 0 {
			fixes = nil // it has to move as well
		}
	}
	c.report(obj, fmt.Sprintf("message %s embeds a pointer to %s: %s; embed %[2]s itself, first", obj.Name(), f.Name(), cost), fixes)
}

// notFirst reports an embed that makes the struct larger where it stands.
func (c *check) notFirst(obj *types.TypeName, s *types.Struct, index int, lit *ast.StructType, field *ast.Field) {
	fields := []*types.Var{s.Field(index)}
	for i := range s.NumFields() {
		if open(s.Field(i).Type(), 0) && i != index {
			return
		}
		if i != index {
			fields = append(fields, s.Field(i))
		}
	}
	// The embed's own type arguments do not matter: it has no size.
	size, best := c.size(s, index), c.size(types.NewStruct(fields, nil), 0)
	if size <= best {
		return
	}
	c.report(obj, fmt.Sprintf("message %s embeds %s behind other fields: it takes %d bytes instead of %d, in each message; embed %[2]s first",
		obj.Name(), s.Field(index).Name(), size, best), c.moved(obj, s.Field(index), lit, field))
}

// size of a struct whose embed, of no size and aligned as a pointer, is the field with that index.
func (c *check) size(s *types.Struct, embed int) int64 {
	word := types.NewArray(types.Typ[types.UnsafePointer], 0)
	fields := make([]*types.Var, s.NumFields())
	for i := range fields {
		fields[i] = s.Field(i)
		if i == embed {
			fields[i] = types.NewField(token.NoPos, nil, "_", word, false)
		}
	}
	return c.pass.TypesSizes.Sizeof(types.NewStruct(fields, nil))
}

// open says whether a type's size depends on a type parameter.
func open(t types.Type, depth int) bool {
	if depth > 8 {
		return true
	}
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Array:
		return open(t.Elem(), depth+1)
	case *types.Struct:
		for i := range t.NumFields() {
			if open(t.Field(i).Type(), depth+1) {
				return true
			}
		}
	case *types.Named:
		return open(t.Underlying(), depth+1)
	}
	return false
}
