package cone

import (
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"
)

const framework = "github.com/otplint/otplint/runtime"

// status runs the pass on a package with the given imports, of which marked ones carry the fact.
func status(t *testing.T, path string, module *analysis.Module, imports []string, marked ...string) (Status, bool) {
	t.Helper()
	pkg := types.NewPackage(path, "p")
	var deps []*types.Package
	facts := map[string]bool{}
	for _, imp := range imports {
		deps = append(deps, types.NewPackage(imp, "d"))
	}
	for _, m := range marked {
		facts[m] = true
	}
	pkg.SetImports(deps)
	exported := false
	got, err := run(&analysis.Pass{
		Pkg: pkg, Module: module,
		ImportPackageFact: func(p *types.Package, _ analysis.Fact) bool { return facts[p.Path()] },
		ExportPackageFact: func(analysis.Fact) { exported = true },
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.(Status), exported
}

func TestStatus(t *testing.T) {
	main := &analysis.Module{Path: "github.com/otplint/otplint"}
	required := &analysis.Module{Path: "github.com/otplint/otplint", Version: "v1.0.0"}
	user := &analysis.Module{Path: "example.com/app"}
	tests := []struct {
		name    string
		path    string
		module  *analysis.Module
		imports []string
		marked  []string
		want    Status
	}{
		{"no imports", "example.com/app", user, nil, nil, Outside},
		{"other imports", "example.com/app", user, []string{"fmt", "example.com/runtime"}, nil, Outside},
		{"a name that only begins alike", "example.com/app", user, []string{framework + "x"}, nil, Outside},
		{"direct import", "example.com/app", user, []string{"fmt", framework + "/genserver"}, nil, User},
		{"marked import", "example.com/app", user, []string{"example.com/lib"}, []string{"example.com/lib"}, User},
		{"framework as a dependency", framework + "/process", required, nil, nil, Framework},
		{"framework without a module", framework + "/process", nil, nil, nil, Framework},
		{"framework as the main module", framework + "/process", main, nil, nil, User},
	}
	for _, test := range tests {
		got, exported := status(t, test.path, test.module, test.imports, test.marked...)
		if got != test.want {
			t.Errorf("%s: status %d, want %d", test.name, got, test.want)
		}
		if exported != (test.want != Outside) {
			t.Errorf("%s: marker exported = %v", test.name, exported)
		}
	}
}

func TestEverything(t *testing.T) {
	restore := EverythingForTest()
	if got, _ := status(t, "fmt", nil, nil); got != User {
		t.Errorf("status %d with everything in the cone", got)
	}
	restore()
	if got, _ := status(t, "fmt", nil, nil); got != Outside {
		t.Errorf("status %d after restore", got)
	}
}
