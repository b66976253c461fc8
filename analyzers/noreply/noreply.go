// Package noreply defines a check that finds callers who never get an answer, and answers that get lost: a server's
// HandleCall returns NoReply and nobody has the caller to answer later; it returns a result that is not for calls; or
// it answers a request twice.
//
// It follows each request through HandleCall and the package's helpers that get its From. A request is open until
// it is answered, or until its From or a Caller goes anywhere: into a variable that a literal captures, a field, a
// container, a channel, another function that does not provably leave it alone. What went somewhere may be answered
// there. The one exception are unexported fields that the package only writes to: what lies there, nobody answers.
//
// A finding needs a path that the code can take for certain. Conditions that depend on the same variable as an
// earlier one on the path, loops that decide what becomes of the request, and flags that a helper gets make a path
// doubtful; a doubtful path counts only if its last condition was written for it and no other path to the same place
// does otherwise. Silent are therefore
//
//   - ends of a server: Stop, Unhandled, a panic and an exit signal tell the caller; so does a Continue or a message
//     that the server sends itself, if it may stop on that;
//   - a switch without default over the requests that are declared for the server: the code after it does not run;
//   - a helper whose result depends on what it is given, or that others call as well;
//   - an inner HandleCall that another one wraps, which may answer for it;
//   - deferred answers, which may be meant as the last resort;
//   - tests and generated code.
//
// What did not work: telling whether a Caller in a map is deleted without an answer. Whoever deletes it has mostly
// answered a copy before.
package noreply

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports requests that are not answered, or twice.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "noreply",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{
		pass: pass, m: m,
		requests: map[*ssa.Parameter]*request{},
		verdicts: map[*ssa.Function]verdict{},
		effects:  map[*ssa.Function]effect{},
		eligible: map[*ssa.Function]bool{},
		roots:    map[*ssa.Function]bool{},
		reported: map[token.Pos]bool{},
	}
	c.dead = writeOnly(pass)
	for i := range m.Pkg.Servers {
		s := &m.Pkg.Servers[i]
		cb := s.Callback(roles.HandleCall)
		if cb == nil || m.Quiet(cb.Pos) {
			continue
		}
		if f := m.SSAFunc(cb.Func); f != nil {
			c.callbacks = append(c.callbacks, f)
			c.servers = append(c.servers, s)
		}
	}
	if len(c.callbacks) == 0 {
		return nil, nil
	}
	c.findUses()
	for i, f := range c.callbacks {
		if c.alone(f) {
			c.follow(&subject{server: c.servers[i], f: f})
		}
	}
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass      *analysis.Pass
	m         *actors.Model
	dead      fields // that are only written to
	callbacks []*ssa.Function
	servers   []*actors.Server // whose callbacks they are
	uses      uses
	requests  map[*ssa.Parameter]*request // nil while one is being made
	verdicts  map[*ssa.Function]verdict
	effects   map[*ssa.Function]effect
	eligible  map[*ssa.Function]bool
	roots     map[*ssa.Function]bool // followed already
	reported  map[token.Pos]bool
	calls     map[token.Pos]*ast.CallExpr // by opening parenthesis
}

// subject is a function that decides what becomes of a request: a HandleCall, or a helper that it leaves this to.
type subject struct {
	server *actors.Server
	f      *ssa.Function
	via    []*ssa.Call // that lead there from HandleCall
}

// fromOf is the function's parameter with the request's From, or nil if it has none, or several.
func fromOf(f *ssa.Function) *ssa.Parameter {
	var from *ssa.Parameter
	for _, p := range f.Params {
		if isRole(p.Type(), roles.FromType) {
			if from != nil {
				return nil
			}
			from = p
		}
	}
	return from
}
