package roles

import (
	"go/constant"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

var loaded map[string]*types.Package

// load type-checks the bundled runtime, once, and returns its packages by import path.
func load(t *testing.T) map[string]*types.Package {
	t.Helper()
	if loaded != nil {
		return loaded
	}
	cfg := &packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps}
	pkgs, err := packages.Load(cfg, otp.Prefix+"/...")
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]*types.Package{}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Error(e)
		}
		byPath[p.PkgPath] = p.Types
	}
	loaded = byPath
	return byPath
}

// TestTable holds every row against the real runtime: the symbol exists and has the parameters that the row names.
func TestTable(t *testing.T) {
	pkgs := load(t)
	for _, row := range otp.Funcs {
		fn := lookupFunc(pkgs[otp.path(row.Package)], row)
		if fn == nil {
			t.Errorf("%v (%s): no such function", row, row.Package)
			continue
		}
		sig := fn.Signature()
		for _, arg := range []Arg{row.Target, row.Msg, row.ID, row.Body, row.Strategy, row.Children, row.Child, row.Value, row.Makes, row.Instances} {
			if int(arg) > sig.Params().Len() {
				t.Errorf("%v has no parameter %d", row, arg)
			}
		}
		targs := sig.TypeParams().Len() + sig.RecvTypeParams().Len()
		for _, arg := range []Arg{row.Server, row.Reply, row.Iface} {
			if int(arg) > targs {
				t.Errorf("%v has no type parameter %d", row, arg)
			}
		}
		if got, ok := Of(fn); !ok || got.Kind != row.Kind || got.Framework() != otp {
			t.Errorf("Of(%v) = %+v, %v", fn, got, ok)
		}
	}
	for _, row := range otp.Types {
		pkg := pkgs[otp.path(row.Package)]
		if pkg == nil || pkg.Scope().Lookup(row.Name) == nil {
			t.Errorf("%s.%s: no such type", row.Package, row.Name)
			continue
		}
		named := pkg.Scope().Lookup(row.Name).Type()
		if !IsType(named, row.Kind) || !IsType(types.NewPointer(named), row.Kind) {
			t.Errorf("%v does not have its role", named)
		}
	}
	for _, row := range otp.Consts {
		c, ok := pkgs[otp.path(row.Package)].Scope().Lookup(row.Name).(*types.Const)
		if !ok {
			t.Errorf("%s.%s: no such constant", row.Package, row.Name)
			continue
		}
		if got, ok := ConstOf(c.Type(), c.Val()); !ok || got != row {
			t.Errorf("ConstOf(%v) = %+v, %v", c, got, ok)
		}
		if got, ok := ConstOf(c.Type(), constant.MakeInt64(99)); ok {
			t.Errorf("ConstOf(99) = %+v", got)
		}
	}
}

// without lists, by package, the functions that say nothing about the model. A package that is not here and has no
// rows is not for users.
var without = map[string]string{
	"process": `NewNode WithNode NodeOf WithLogger InfoOf Clean Flush After ContextOf
		BehaviourOf Bubbled NewPending Post PostAndWait Waiting`, // the last line for the runtime's own behaviours
	"supervisor":    `ShutdownTime Instantiate StopAll Supervising`, // the last three for other kinds of supervisors
	"genserver":     ``,
	"httpchild":     ``,
	"dynsupervisor": ``,
	"partition":     ``,
	"agent":         ``,
	"task":          `Completed Callers Limit IgnoreLate KillLate MaxConcurrency Ordered Timeout KillOnTimeout WithInput StopWithin Shutdown`,
	"registry":      `Duplicate Partitions Listener Meta`,
	"pubsub":        `Partitions WithMeta WithAdapter Subscribers`,
	"ets": `NewSet NewOrderedSet NewOrderedSetFunc NewBag NewDuplicateBag Find UpdateCounter Default Threshold
		Named WithAccess Heir Copy`,
	"application": `ControllerOf`,
	"observer":    `Handler ShowState AllowRemote`,
	"health":      `Handler Check Ignore LiveWithin Timeout Until`,
	"testkit":     `New Run Main`,
}

// TestComplete finds exported functions that the table forgot, and methods of what makes and takes children, so that a
// new one is a decision.
func TestComplete(t *testing.T) {
	for path, pkg := range load(t) {
		name := strings.TrimPrefix(path, otp.Prefix+"/")
		if strings.Contains(name, "internal") || name == path {
			continue
		}
		list, known := without[name]
		if !known {
			t.Errorf("package %s is not listed", name)
		}
		none := strings.Fields(list)
		for _, fn := range exported(pkg.Scope()) {
			if slices.Contains(none, fn.Name()) {
				continue
			}
			if _, ok := Of(fn); !ok {
				t.Errorf("%s.%s has no role and is not listed as having none", name, fn.Name())
			}
		}
	}
}

// exported lists the exported functions of a package, and the exported methods of its children.
func exported(scope *types.Scope) (all []*types.Func) {
	for _, n := range scope.Names() {
		switch obj := scope.Lookup(n).(type) {
		case *types.Func:
			if obj.Exported() {
				all = append(all, obj)
			}
		case *types.TypeName:
			if named, ok := obj.Type().(*types.Named); ok && IsType(named, ChildType) {
				for method := range named.Methods() {
					if method.Exported() {
						all = append(all, method)
					}
				}
			}
		}
	}
	return all
}

// TestRemedies holds what messages recommend against the runtime: a function, or a package.
func TestRemedies(t *testing.T) {
	pkgs := load(t)
	cures := otp.Remedies
	for _, remedy := range []string{cures.Work, cures.HTTP, cures.Table, cures.PerKey, cures.Partitions} {
		name, fn, _ := strings.Cut(remedy, ".")
		pkg := pkgs[otp.path(name)]
		if pkg == nil || fn != "" && pkg.Scope().Lookup(fn) == nil {
			t.Errorf("%q is not in the runtime", remedy)
		}
	}
	for _, row := range otp.Funcs {
		starts := row.Kind == Start || row.Kind == Spawn
		if linked := pkgs[otp.path(row.Package)].Scope().Lookup(row.Linked); starts != (linked != nil) {
			t.Errorf("%v: linked start %q", row, row.Linked)
		}
	}
	if got := (Remedies{}).Named(""); got != "" {
		t.Errorf("no remedy is named %q", got)
	}
	if got := RemediesFor(types.NewPackage("example.com/none", "none")); got != cures {
		t.Errorf("a package without a framework gets %v", got)
	}
}

func lookupFunc(pkg *types.Package, row Func) *types.Func {
	if pkg == nil {
		return nil
	}
	if row.Recv == "" {
		fn, _ := pkg.Scope().Lookup(row.Name).(*types.Func)
		return fn
	}
	recv := pkg.Scope().Lookup(row.Recv)
	if recv == nil {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(recv.Type()), false, pkg, row.Name)
	fn, _ := obj.(*types.Func)
	if fn == nil || fn.Pkg() != pkg { // promoted from another package
		return nil
	}
	return fn
}

// TestCallbacks holds the callbacks' signatures against the runtime's own interfaces.
func TestCallbacks(t *testing.T) {
	pkgs := load(t)
	ifaces := map[CallbackKind][2]string{
		Init: {"genserver", "Server"}, HandleCall: {"genserver", "CallHandler"}, HandleCast: {"genserver", "CastHandler"},
		HandleInfo: {"genserver", "InfoHandler"}, HandleContinue: {"genserver", "ContinueHandler"},
		Terminate: {"genserver", "Terminator"}, Serve: {"supervisor", "Service"},
	}
	if len(ifaces) != len(otp.Callbacks) {
		t.Errorf("%d callbacks in the table, %d interfaces here", len(otp.Callbacks), len(ifaces))
	}
	for kind, where := range ifaces {
		iface := pkgs[otp.path(where[0])].Scope().Lookup(where[1]).Type().Underlying().(*types.Interface)
		got, ok := CallbackOf(iface.Method(0))
		if !ok || got.Kind != kind {
			t.Errorf("CallbackOf(%v) = %v, %v", iface.Method(0), got.Kind, ok)
		}
	}
	// A callback's name with another signature is none.
	sup := pkgs[otp.path("supervisor")].Scope().Lookup("Init").(*types.Func)
	if got, ok := CallbackOf(sup); ok {
		t.Errorf("CallbackOf(%v) = %v", sup, got.Kind)
	}
}

func TestFrameworkOf(t *testing.T) {
	for path, want := range map[string]*Framework{
		otp.Prefix: otp, otp.Prefix + "/genserver": otp, otp.Prefix + "x": nil, otp.Module: nil, "fmt": nil,
		"example.com/runtime/genserver": nil,
	} {
		if got := FrameworkOf(path); got != want {
			t.Errorf("FrameworkOf(%q) = %v", path, got)
		}
	}
}

// TestFrameworkIsData adds a framework of another shape and finds its symbols: no code knows the bundled one.
func TestFrameworkIsData(t *testing.T) {
	f := &Framework{
		Name: "suture", Prefix: "example.com/suture",
		Funcs:     []Func{{Recv: "Supervisor", Name: "Add", Kind: ChildMaker, ChildKind: ServeChild, Child: 1}},
		Callbacks: []Callback{{Name: "Serve", Kind: Serve, Params: []TypeKind{StdContextType}, Results: []TypeKind{ErrorType}}},
	}
	frameworks = append(frameworks, f)
	index(f)
	t.Cleanup(func() {
		frameworks = frameworks[:len(frameworks)-1]
		delete(funcs, symbol{"example.com/suture", "Supervisor", "Add"})
		callbacks["Serve"] = callbacks["Serve"][:1]
	})
	pkg := types.NewPackage("example.com/suture", "suture")
	named := types.NewNamed(types.NewTypeName(0, pkg, "Supervisor", nil), types.NewStruct(nil, nil), nil)
	recv := types.NewVar(0, pkg, "s", types.NewPointer(named))
	add := types.NewFunc(0, pkg, "Add", types.NewSignatureType(recv, nil, nil, nil, nil, false))
	got, ok := Of(add)
	if !ok || got.Kind != ChildMaker || got.Framework() != f {
		t.Errorf("Of(%v) = %+v, %v", add, got, ok)
	}
}
