// Package state tells what the callbacks of a package's servers do to the fields of their state: which fields they
// fill, with what, and whether anything ever takes away again.
//
// It follows the state from each callback's receiver through fields, pointers, elements, helpers and literals of
// the package, and looks at every store, map update, append, delete and call on the way. It sees one package: a
// field is judged where its server is declared. Whatever it cannot follow (the address of a field given to another
// package, a map kept in a second place, a library's container) may take away, so that unknown is silent.
//
// It reports nothing and has no facts; see the check oversizedstate.
package state

import (
	"go/token"
	"go/types"
	"iter"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer computes the *Result of a package. Its result is nil outside the cone, and where there is no server.
var Analyzer = &analysis.Analyzer{
	Name:       "otplintstate",
	Doc:        "find out what the callbacks of servers do to the fields of their state",
	URL:        "https://pkg.go.dev/github.com/otplint/otplint/passes/state",
	Requires:   []*analysis.Analyzer{actors.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
}

// Result is the state of the package's servers, tests and generated code excluded, in source order.
type Result struct {
	Servers []*Server
}

// Server is a server with the state that its callbacks see.
type Server struct {
	Model *actors.Server
	Type  *types.Named
	// Fields of the state's struct and of the structs of this package in it, outer ones first.
	Fields []*Field
	// ShortLived: it stops when its work is done, or is not started again: what it gathers goes with it.
	ShortLived bool
}

// Field is a field of a server's state.
type Field struct {
	Var     *types.Var
	Path    string // as messages print it: "buf", "cache.entries"
	Holder  *Field // the field whose struct it belongs to; nil for the state's own
	InElem  bool   // it belongs to the elements of its holder
	Grows   []Fill // what makes it bigger for ever, unless something takes away
	Fills   []Fill // stores of something that is not nil, of fields that are no containers
	Shrinks bool   // something takes away from it, resets it, or may do so; or its size is capped
}

// Fill is a place that fills a field, with the messages that do.
type Fill struct {
	Pos      token.Pos
	Messages []actors.TypeID    // handled messages, sorted
	Callback roles.CallbackKind // if there is no message to name
}

// Grew says whether the field only grows: it does, and neither it nor what holds it ever gets smaller.
func (f *Field) Grew() bool {
	for h := f; h != nil; h = h.Holder {
		if h.Shrinks {
			return false
		}
	}
	return len(f.Grows) > 0
}

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil || len(m.Pkg.Servers) == 0 {
		return (*Result)(nil), nil
	}
	return analyse(pass, m, m.Pkg.Servers), nil
}

// analyse judges the state of some servers of the package.
func analyse(pass *analysis.Pass, m *actors.Model, servers []actors.Server) *Result {
	a := &analysisOf{
		pass: pass, m: m,
		tags: map[ssa.Value][]tag{}, held: map[ssa.Value][]tag{}, results: map[*ssa.Function][][]tag{},
		calls: map[*ssa.Function][]callSite{},
	}
	result := new(Result)
	for i := range servers {
		if s := a.server(&servers[i]); s != nil {
			result.Servers = append(result.Servers, s.Server)
			a.servers = append(a.servers, s)
		}
	}
	if len(a.servers) == 0 {
		return nil
	}
	a.index()
	a.follow()
	a.collect()
	for _, s := range a.servers {
		s.ShortLived = a.shortLived(s)
		s.Fields = s.root.fields(nil)
	}
	return result
}

// analysisOf is the analysis of one package.
type analysisOf struct {
	pass    *analysis.Pass
	m       *actors.Model
	servers []*server
	funcs   []*ssa.Function // those that count: no tests

	tags    map[ssa.Value][]tag // what a value has of the state
	held    map[ssa.Value][]tag // what a local variable's memory has of it
	results map[*ssa.Function][][]tag
	calls   map[*ssa.Function][]callSite // static calls in the package, by callee

	tagged int                    // how many tags there are
	init   map[*ssa.Function]bool // run by Init or Terminate, and by no message
	live   map[*ssa.Function]bool // run by a message
}

// callSite is a call with the function it stands in.
type callSite struct {
	in   *ssa.Function
	call ssa.CallInstruction
}

// server is a server under analysis.
type server struct {
	*Server
	root *place
	runs map[*ssa.Function][]turn // what runs each function
}

// turn is a message during which a function runs.
type turn struct {
	callback roles.CallbackKind
	handled  actors.TypeID // "" if the callback tells no messages apart
	given    actors.TypeID // the same where the function gets the message, "" elsewhere
}

// server finds the type of a server and makes the root of its places.
func (a *analysisOf) server(s *actors.Server) *server {
	if a.m.Quiet(s.Pos) {
		return nil
	}
	for _, obj := range a.pass.TypesInfo.Defs {
		tn, ok := obj.(*types.TypeName)
		if !ok || a.m.PosOf(tn.Pos()) != s.Pos {
			continue
		}
		named, ok := tn.Type().(*types.Named)
		if !ok {
			return nil
		}
		if _, isStruct := named.Underlying().(*types.Struct); !isStruct {
			return nil
		}
		return &server{Server: &Server{Model: s, Type: named}, root: &place{typ: named}, runs: map[*ssa.Function][]turn{}}
	}
	return nil
}

// index finds the functions that count, and who calls them.
func (a *analysisOf) index() {
	for _, f := range a.m.SSA.Funcs {
		if !a.isTest(f) {
			a.funcs = append(a.funcs, f)
		}
	}
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				if call, ok := in.(ssa.CallInstruction); ok {
					if callee := a.callee(call.Common()); callee != nil {
						a.calls[callee] = append(a.calls[callee], callSite{f, call})
					}
				}
			}
		}
	}
	a.live, a.init = map[*ssa.Function]bool{}, map[*ssa.Function]bool{}
	for _, s := range a.servers {
		for i := range s.Model.Callbacks {
			c := &s.Model.Callbacks[i]
			into := a.live
			if c.Kind == roles.Init || c.Kind == roles.Terminate {
				into = a.init
			}
			for f := range a.reach(c.Func, actors.Walk{Go: true, Values: true}) {
				into[f] = true
			}
			switch c.Kind {
			case roles.HandleCall, roles.HandleCast, roles.HandleInfo:
				a.turns(s, c)
			}
		}
	}
	for f := range a.live {
		delete(a.init, f)
	}
}

// turns finds what runs during each message of a callback.
func (a *analysisOf) turns(s *server, c *actors.Callback) {
	any := true
	for h := range s.Model.Handled(c.Kind) {
		any = false
		for f, given := range a.reach(c.Func, actors.Walk{Go: true, Msg: h.Msg}) {
			s.runs[f] = append(s.runs[f], turn{c.Kind, h.Msg, given})
		}
	}
	if !any {
		return
	}
	for f := range a.reach(c.Func, actors.Walk{Go: true}) {
		s.runs[f] = append(s.runs[f], turn{callback: c.Kind})
	}
}

// reach iterates over the functions of this package that a callback may run, with the message that they get of it.
// The model has no summary of functions that call, block on and write nothing (to a parameter); they count here.
func (a *analysisOf) reach(from actors.FuncID, w actors.Walk) iter.Seq2[*ssa.Function, actors.TypeID] {
	return func(yield func(*ssa.Function, actors.TypeID) bool) {
		for path := range a.m.Reach(from, w) {
			last, msg := path[len(path)-1].Func, actors.MsgIn(path, w)
			if f := a.m.SSAFunc(last.ID); f != nil && !yield(f, msg) {
				return
			}
			for i := range last.Edges {
				e := &last.Edges[i]
				if e.Go && !w.Go || e.Kind == actors.ValueEdge && !w.Values || !actors.Runs(e.Case, msg) || a.m.Func(e.Callee) != nil {
					continue
				}
				given := actors.TypeID("")
				if e.Forward != 0 || e.Kind == actors.LiteralEdge {
					given = msg
				}
				if f := a.m.SSAFunc(e.Callee); f != nil && !yield(f, given) {
					return
				}
			}
		}
	}
}

func (a *analysisOf) isTest(f *ssa.Function) bool {
	return strings.HasSuffix(a.m.PosOf(f.Pos()).File, "_test.go")
}

// callee is the function of this package that a call runs for sure, or nil. An instance of a generic function
// stands for its origin.
func (a *analysisOf) callee(call *ssa.CallCommon) *ssa.Function {
	f := call.StaticCallee()
	if f == nil {
		return nil
	}
	return a.m.SSAFunc(a.m.ID(f))
}

// fields are the fields below a place that something was found out about, sorted by position within a struct.
func (p *place) fields(holder *Field) []*Field {
	var all []*Field
	children := slices.SortedFunc(p.all(), func(x, y *place) int { return int(x.field.Pos() - y.field.Pos()) })
	for _, c := range children {
		f := &Field{Var: c.field, Path: c.path(), Holder: holder, InElem: c.inElem, Shrinks: c.shrinks || p.opaque}
		f.Grows, f.Fills = c.growing(), c.fills
		all = append(append(all, f), c.fields(f)...)
	}
	return all
}
