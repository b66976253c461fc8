// Package cone tells whether a package can contain anything that the linter knows: whether it imports a known
// framework, directly or not. Every other pass asks it first, so that a package outside costs next to nothing.
package cone

import (
	"reflect"
	"sync/atomic"

	"github.com/otplint/otplint/passes/roles"
	"golang.org/x/tools/go/analysis"
)

// Status is a package's relation to the known frameworks.
type Status uint8

// A framework's own package is Framework as a dependency, and User, judged like any code, when the module being
// analysed is the framework's.
const (
	Outside Status = iota
	Framework
	User
)

// Marker is the package fact of every package in the cone, also of one that has nothing else to say: importers
// (and the vet tool, by the file that the fact makes) know from it that they are in the cone too.
type Marker struct{}

// AFact makes Marker a fact.
func (*Marker) AFact() {}

func (*Marker) String() string { return "in the cone" }

// Analyzer computes a package's Status.
var Analyzer = &analysis.Analyzer{
	Name:       "otplintcone",
	Doc:        "tell whether a package uses a known actor framework, directly or not",
	URL:        "https://pkg.go.dev/github.com/otplint/otplint/passes/cone",
	Run:        run,
	ResultType: reflect.TypeFor[Status](),
	FactTypes:  []analysis.Fact{new(Marker)},
}

var everything atomic.Bool

// EverythingForTest puts every package into the cone until restore is called. It exists to prove that the passes
// survive code which never saw a framework, such as the standard library; only tests may use it.
func EverythingForTest() (restore func()) {
	everything.Store(true)
	return func() { everything.Store(false) }
}

var wholeModule atomic.Bool

// WholeModule puts every package of the main module into the cone. Only the command can use it, since it has loaded
// those packages; vet and gopls see one at a time.
func WholeModule() { wholeModule.Store(true) }

func run(pass *analysis.Pass) (any, error) {
	status := statusOf(pass)
	if status != Outside {
		pass.ExportPackageFact(new(Marker))
	}
	return status, nil
}

func statusOf(pass *analysis.Pass) Status {
	if f := roles.FrameworkOf(pass.Pkg.Path()); f != nil {
		if everything.Load() || isMain(pass.Module, f.Module) {
			return User
		}
		return Framework
	}
	if everything.Load() || wholeModule.Load() && pass.Module != nil && pass.Module.Main {
		return User
	}
	for _, imp := range pass.Pkg.Imports() {
		if roles.FrameworkOf(imp.Path()) != nil || pass.ImportPackageFact(imp, new(Marker)) {
			return User
		}
	}
	return Outside
}

// isMain says whether module is the one being worked on: only a main module has no version.
func isMain(module *analysis.Module, path string) bool {
	return module != nil && module.Path == path && module.Version == ""
}
