package state

import (
	"go/types"
	"reflect"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/cone"
	"github.com/otplint/otplint/passes/roles"
)

// structs judges the first struct types of a package as if they were servers, their methods taking turns as callbacks.
var structs = &analysis.Analyzer{
	Name:       "structs",
	Doc:        "judge structs",
	Requires:   []*analysis.Analyzer{actors.Analyzer},
	ResultType: reflect.TypeFor[*Result](),
	Run: func(pass *analysis.Pass) (any, error) {
		m := pass.ResultOf[actors.Analyzer].(*actors.Model)
		var servers []actors.Server
		for _, name := range pass.Pkg.Scope().Names() {
			tn, ok := pass.Pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || tn.IsAlias() {
				continue
			}
			s := actors.Server{Type: actors.TypeID("*" + pass.Pkg.Path() + "." + name), Pos: m.PosOf(tn.Pos())}
			kinds := []roles.CallbackKind{roles.HandleInfo, roles.HandleCall, roles.HandleCast, roles.Init, roles.Terminate}
			for i := 0; ; i++ {
				named, ok := tn.Type().(*types.Named)
				if !ok || i >= named.NumMethods() {
					break
				}
				id := actors.FuncID("(*" + pass.Pkg.Path() + "." + name + ")." + named.Method(i).Name())
				s.Callbacks = append(s.Callbacks, actors.Callback{Kind: kinds[i%len(kinds)], Func: id})
			}
			if len(s.Callbacks) > 0 && len(servers) < 5 {
				servers = append(servers, s)
			}
		}
		return analyse(pass, m, servers), nil
	},
}

// TestRobust runs over code that never saw a framework: nothing panics, whatever the code looks like.
func TestRobust(t *testing.T) {
	defer cone.EverythingForTest()()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule},
		"go/types", "text/template", "encoding/json", "sync", "regexp/syntax", "container/list", "database/sql")
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{structs}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	fields, filled := 0, 0
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatalf("%v: %v", act, act.Err)
		}
		for _, s := range act.Result.(*Result).Servers {
			for _, f := range s.Fields {
				fields++
				if len(f.Grows)+len(f.Fills) > 0 {
					filled++
				}
			}
		}
	}
	if fields < 100 || filled == 0 {
		t.Errorf("%d fields, %d of them filled: was anything followed?", fields, filled)
	}
	t.Logf("%d fields, %d of them filled", fields, filled)
}
