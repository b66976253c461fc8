package runner

import (
	"fmt"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
)

// factSet holds the facts that were exported by one package. All packages of
// the cone are type-checked in this process, so an object is its own identity.
type factSet map[factKey]analysis.Fact

type factKey struct {
	obj types.Object // nil for a fact about the package
	typ reflect.Type
}

// load copies the fact into ptr.
func (s factSet) load(key factKey, ptr analysis.Fact) bool {
	fact, ok := s[key]
	if ok {
		reflect.ValueOf(ptr).Elem().Set(reflect.ValueOf(fact).Elem())
	}
	return ok
}

// factType is the type of the fact, which the analyzer must have declared: an
// undeclared one would be lost between the processes of vet.
func factType(a *analysis.Analyzer, fact analysis.Fact) reflect.Type {
	t := reflect.TypeOf(fact)
	for _, declared := range a.FactTypes {
		if reflect.TypeOf(declared) == t {
			return t
		}
	}
	panic(fmt.Sprintf("%s does not declare the fact type %v", a.Name, t))
}

// factNeeds returns the analyzers that have facts, among those given and what they
// require, in a stable order.
func factNeeds(analyzers []*analysis.Analyzer) []*analysis.Analyzer {
	var needs []*analysis.Analyzer
	seen := map[*analysis.Analyzer]bool{}
	var visit func(a *analysis.Analyzer)
	visit = func(a *analysis.Analyzer) {
		if seen[a] {
			return
		}
		seen[a] = true
		for _, req := range a.Requires {
			visit(req)
		}
		if len(a.FactTypes) > 0 {
			needs = append(needs, a)
		}
	}
	for _, a := range analyzers {
		visit(a)
	}
	return needs
}
