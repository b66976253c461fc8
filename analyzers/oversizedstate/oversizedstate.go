// Package oversizedstate defines a check of servers' state: fields that only
// grow, and fields that are fat.
//
// A field only grows if a message adds to it (a map entry under a key that comes
// from messages or counts up, an append, a longer string) and nothing takes away
// again. Fat is a large array by value, and a request or response that is kept
// after its handler. The finding stands at the field.
//
// The check is silent
//
//   - if anything that a message, a timer or a function for genserver.Inspect runs
//     removes from the field or may do so: delete, clear, maps.DeleteFunc,
//     slices.Delete, a shorter slice, another value assigned; or gives the map, or
//     the field's address, to code that is not understood;
//   - if its length is compared with a limit, whatever happens then;
//   - if the keys are few: constants, bool, small integers, types with constants of
//     their own, a remainder, numbers with bounds on both sides, keys that were found in a map or a list first (by
//     any test that a missing key does not pass), or that a helper let pass which looks into no map itself;
//   - about library containers (an LRU cache, a ring, container/list);
//   - about what only Init, HandleContinue, a constructor or Terminate fills;
//   - about servers that do not live long: all children that their package makes of
//     them are temporary, each message stops them, or they stop when idle;
//   - about a request or response that is let go again (nil is assigned somewhere);
//   - about messages, and structs that are no server's state;
//   - in tests and generated files.
//
// It judges a server where it is declared, and structs of the same package in it;
// what passes/state cannot follow is silent.
package oversizedstate

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/state"
)

// Analyzer reports state that only grows, and state that is fat.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "oversizedstate",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer, state.Analyzer},
	Run:      run,
})

// limit is the size in bytes from which a field by value is fat.
var limit int64

func init() {
	Analyzer.Flags.Int64Var(&limit, "bytes", 4096, "report arrays of at least this many bytes kept by value in a server's state")
}

func run(pass *analysis.Pass) (any, error) {
	result := pass.ResultOf[state.Analyzer].(*state.Result)
	if result == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: pass.ResultOf[actors.Analyzer].(*actors.Model), seen: map[token.Pos]bool{}}
	for _, s := range result.Servers {
		c.growing(s)
		c.kept(s)
		c.fat(s, s.Type, "", 0)
	}
	return nil, nil
}

// check is the check of one package; a field is reported once.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
	seen map[token.Pos]bool
}

// growing reports the fields that only grow; not those inside elements of one
// that does: it is to blame.
func (c *check) growing(s *state.Server) {
	if s.ShortLived {
		return
	}
	for _, f := range s.Fields {
		if !f.Grew() || c.withinGrowing(f) {
			continue
		}
		all, names := messages(f.Grows)
		c.report(f.Var, fmt.Sprintf("%s only grows: %s%s, and nothing removes: delete entries when they are done, set a limit, or keep them in a table or store",
			f.Path, adding(s, all, names), c.entry(f.Var.Type())), related(f.Grows, "grows here"))
	}
}

func (c *check) withinGrowing(f *state.Field) bool {
	for h := f; h.Holder != nil; h = h.Holder {
		if h.InElem && h.Holder.Grew() {
			return true
		}
	}
	return false
}

// adding says how many of the server's messages add to a field, and which.
func adding(s *state.Server, n int, names []string) string {
	if n == 0 {
		return fmt.Sprintf("%s of %s adds to it", strings.Join(names, ", "), s.Model.Name())
	}
	handled := map[actors.TypeID]bool{}
	for h := range s.Model.Handled(0) {
		handled[h.Msg] = true
	}
	return fmt.Sprintf("%d of %d messages of %s %s to it (%s)",
		n, len(handled), s.Model.Name(), plural(n, "adds", "add"), strings.Join(names, ", "))
}

// entry tells what one more entry costs.
func (c *check) entry(t types.Type) string {
	var size int64
	switch u := t.Underlying().(type) {
	case *types.Map:
		size = c.sizeof(u.Key()) + c.sizeof(u.Elem())
	case *types.Slice:
		size = c.sizeof(u.Elem())
	}
	if size <= 0 {
		return ""
	}
	return fmt.Sprintf(", %d bytes an entry and what it points to", size)
}

// kept reports requests and responses that outlive their handler.
func (c *check) kept(s *state.Server) {
	for _, f := range s.Fields {
		name, ok := scoped(f.Var.Type())
		if !ok || len(f.Fills) == 0 || f.Shrinks {
			continue
		}
		all, names := messages(f.Fills)
		by := strings.Join(names, ", ")
		if all > 0 {
			by = fmt.Sprintf("%d %s: %s", all, plural(all, "message", "messages"), by)
		}
		c.report(f.Var, fmt.Sprintf("%s keeps a whole %s after its handler has returned (%s): %s keeps body, headers and connection in memory, and what it reads there is dead: copy the fields that are needed",
			f.Path, name, by, s.Model.Name()), related(f.Fills, "kept here"))
	}
}

// fat reports large arrays by value, in the state's struct and the structs of
// this package in it.
func (c *check) fat(s *state.Server, t *types.Named, path string, depth int) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || depth > 6 {
		return
	}
	for field := range st.Fields() {
		size := c.sizeof(field.Type())
		if size < limit {
			continue
		}
		if inner, ok := types.Unalias(field.Type()).(*types.Named); ok && inner.Obj().Pkg() == c.pass.Pkg {
			if _, isStruct := inner.Underlying().(*types.Struct); isStruct {
				c.fat(s, inner, path+field.Name()+".", depth+1)
				continue
			}
		}
		c.report(field, fmt.Sprintf("%s%s is %s bytes by value: every %s holds them as long as it lives, busy or not: allocate the memory when it is needed, or share it through a sync.Pool",
			path, field.Name(), thousands(size), s.Model.Name()), nil)
	}
}

// sizeof is the size of a type, 0 if it depends on type parameters or is not
// known.
func (c *check) sizeof(t types.Type) int64 {
	if c.pass.TypesSizes == nil || variable(t) {
		return 0
	}
	return c.pass.TypesSizes.Sizeof(t)
}

// variable says whether a type's size depends on a type parameter.
func variable(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Array:
		return variable(t.Elem())
	case *types.Named:
		return variable(t.Underlying())
	case *types.Struct:
		for f := range t.Fields() {
			if variable(f.Type()) {
				return true
			}
		}
	}
	return false
}

func (c *check) report(field *types.Var, message string, related []analysis.RelatedInformation) {
	if pos := field.Pos(); pos.IsValid() && !c.seen[pos] && !c.m.Quiet(c.m.PosOf(pos)) && field.Pkg() == c.pass.Pkg {
		c.seen[pos] = true
		c.pass.Report(analysis.Diagnostic{Pos: pos, End: pos + token.Pos(len(field.Name())), Message: message, Related: related})
	}
}

// messages are the messages that fill a field: how many, and their names, or
// the callbacks where there is no name.
func messages(fills []state.Fill) (n int, names []string) {
	var all []actors.TypeID
	for _, f := range fills {
		all = append(all, f.Messages...)
		if f.Callback != 0 {
			names = append(names, f.Callback.String())
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, msg := range all {
		names = append(names, msg.Name())
	}
	slices.Sort(names)
	return len(all), slices.Compact(names)
}

// maxRelated bounds the related information.
const maxRelated = 5

func related(fills []state.Fill, message string) []analysis.RelatedInformation {
	fills = slices.SortedFunc(slices.Values(fills), func(x, y state.Fill) int { return cmp.Compare(x.Pos, y.Pos) })
	var all []analysis.RelatedInformation
	for i, f := range fills {
		if len(all) < maxRelated && (i == 0 || f.Pos != fills[i-1].Pos) {
			all = append(all, analysis.RelatedInformation{Pos: f.Pos, Message: message})
		}
	}
	return all
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// thousands is a number as people read it: 65,536.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
