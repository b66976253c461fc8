package load_test

import (
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otplint/otplint/internal/load"
	"github.com/otplint/otplint/internal/testmod"
)

// A module with a framework of its own, fw. direct and indirect use it, plain
// does not; tested uses it in its tests only.
const module = `
-- go.mod --
module test.example

go 1.26
-- fw/fw.go --
package fw

func Use() {}
-- direct/direct.go --
package direct

import "test.example/fw"

func F() { fw.Use() }
-- direct/direct_test.go --
package direct

import "testing"

func TestF(t *testing.T) { F() }
-- indirect/indirect.go --
package indirect

import (
	"fmt"

	"test.example/direct"
	"test.example/plain"
)

func F() { fmt.Println(plain.F()); direct.F() }
-- indirect/x_test.go --
package indirect_test

import (
	"testing"

	"test.example/indirect"
)

func TestF(t *testing.T) { indirect.F() }
-- plain/plain.go --
package plain

func F() int { return 1 }
-- tested/tested.go --
package tested

func F() int { return helper }

const helper = 1
-- tested/export_test.go --
package tested

const Helper = helper
-- tested/x_test.go --
package tested_test

import (
	"testing"

	"test.example/between"
	"test.example/fw"
	"test.example/tested"
)

func TestF(t *testing.T) { fw.Use(); _ = tested.Helper; var _ = between.F() }
-- between/between.go --
package between

import "test.example/tested"

func F() int { return tested.F() }
-- onlytests/x_test.go --
package onlytests_test

import "testing"

func TestNothing(t *testing.T) {}
-- empty/README --
No Go here.
-- broken/syntax/a.go --
package syntax

func f( {
-- broken/types/a.go --
package types

import "test.example/fw"

var x int = "one"
var y = fw.None
-- broken/outside/a.go --
package outside

var x int = "outside the cone"
-- broken/importer/a.go --
package importer

import "test.example/broken/types"

var X = types.X
-- broken/missing/a.go --
package missing

import (
	_ "test.example/fw"
	_ "test.example/none"
)
-- broken/cycle/a/a.go --
package a

import _ "test.example/broken/cycle/b"
-- broken/cycle/b/b.go --
package b

import _ "test.example/broken/cycle/a"
-- broken/two/a.go --
package two
-- broken/two/b.go --
package three
`

func isFramework(path string) bool { return path == "test.example/fw" }

func loadModule(t *testing.T, cfg load.Config) (*load.Graph, error) {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = testmod.Write(t, module)
	}
	if cfg.InCone == nil {
		cfg.InCone = isFramework
	}
	return load.Load(t.Context(), cfg)
}

// describe lists the IDs without the module path; "!" marks those reported.
func describe(g *load.Graph) string {
	var ids []string
	for _, p := range g.Packages {
		id := strings.ReplaceAll(p.ID, "test.example/", "")
		if p.Report {
			id = "!" + id
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return strings.Join(ids, "\n")
}

func TestCone(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  load.Config
		want string
	}{
		{
			name: "all", cfg: load.Config{Patterns: []string{"./direct", "./indirect", "./plain", "./fw"}},
			want: "!direct\n!fw\n!indirect",
		},
		{
			name: "one of them", cfg: load.Config{Patterns: []string{"./indirect"}},
			want: "!indirect\ndirect\nfw",
		},
		{
			name: "importers decide nothing", cfg: load.Config{Patterns: []string{"./direct"}},
			want: "!direct\nfw",
		},
		{
			name: "tests", cfg: load.Config{Patterns: []string{"./direct", "./indirect"}, Tests: true},
			want: "!direct [direct.test]\n!indirect\n!indirect_test [indirect.test]\ndirect\nfw",
		},
		{
			name: "cone by test only", cfg: load.Config{Patterns: []string{"./tested"}, Tests: true},
			want: "!tested [tested.test]\n!tested_test [tested.test]\nbetween [tested.test]\nfw",
		},
		{
			name: "whole module", cfg: load.Config{Patterns: []string{"./plain"}, WholeModule: true},
			want: "!plain",
		},
		{
			name: "whole module, tests only", cfg: load.Config{Patterns: []string{"./onlytests"}, WholeModule: true, Tests: true},
			want: "!onlytests_test [onlytests.test]",
		},
		{
			name: "a file", cfg: load.Config{Patterns: []string{"direct/direct.go"}},
			want: "!command-line-arguments\nfw",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, err := loadModule(t, test.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if len(g.Problems) > 0 {
				t.Errorf("problems: %v", g.Problems)
			}
			broken := func(line string) bool { return strings.Contains(line, "broken/") }
			got := strings.Join(slices.DeleteFunc(strings.Split(describe(g), "\n"), broken), "\n")
			if got != test.want {
				t.Errorf("packages:\n%s\nwant:\n%s", got, test.want)
			}
			for _, problem := range checkAll(g) {
				if !strings.Contains(problem, "broken/") {
					t.Error(problem)
				}
			}
		})
	}
}

// checkAll type-checks the graph in its order and returns what went wrong.
func checkAll(g *load.Graph) []string {
	checker := load.NewChecker(g)
	checked := map[*load.Package]*types.Package{}
	var problems []string
	for _, p := range g.Packages {
		s, found := checker.Check(p, func(dep *load.Package) *types.Package { return checked[dep] })
		for _, problem := range found {
			problems = append(problems, problem.String())
		}
		if s != nil {
			checked[p] = s.Types
		}
	}
	return problems
}

func TestProblems(t *testing.T) {
	for _, test := range []struct {
		patterns string
		want     []string // parts of the problems, in order
	}{
		{"./empty", []string{"no Go files in"}},
		{"./nothere", []string{"directory not found"}},
		{"./nothere/...", []string{"no such file or directory"}},
		{"nothere", []string{"package nothere is not in std"}},
		{"./broken/syntax", []string{"a.go:3:9: expected"}},
		{"./broken/two", []string{"found packages two (a.go) and three (b.go)"}},
		{"./broken/missing", []string{"broken/missing/a.go:5:2: no required module provides package test.example/none; to add it: go get"}},
		{"./broken/cycle/a", []string{"import cycle not allowed: test.example/broken/cycle/a imports test.example/broken/cycle/b imports test.example/broken/cycle/a"}},
		{"./broken/types", nil},   // Check tells
		{"./broken/outside", nil}, // only go build tells
		{"./direct", nil},
		{"./onlytests", nil},
	} {
		t.Run(test.patterns, func(t *testing.T) {
			g, err := loadModule(t, load.Config{Patterns: strings.Fields(test.patterns), Tests: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(g.Problems) != len(test.want) {
				t.Fatalf("problems: %v, want %q", g.Problems, test.want)
			}
			for i, want := range test.want {
				if got := g.Problems[i].String(); !strings.Contains(got, want) {
					t.Errorf("problem %q, want %q", got, want)
				}
			}
		})
	}
}

func TestNothing(t *testing.T) {
	for _, test := range []struct{ name, dir, pattern, want string }{
		{"no match", testmod.Write(t, module), "./empty/...", "no packages match ./empty/..."},
		{"no module", t.TempDir(), "./...", load.ErrNoModule.Error()},
		{"broken go.mod", testmod.Write(t, "-- go.mod --\nmodul x\n"), "./...", "go.mod:1: unknown directive"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := loadModule(t, load.Config{Dir: test.dir, Patterns: []string{test.pattern}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// reported is describe without what is not reported and what is broken.
func reported(g *load.Graph) string {
	lines := slices.DeleteFunc(strings.Split(describe(g), "\n"), func(line string) bool {
		return !strings.HasPrefix(line, "!") || strings.Contains(line, "broken/")
	})
	return strings.Join(lines, "\n")
}

// TestPatterns: the go command answers with patterns as it rewrites them.
func TestPatterns(t *testing.T) {
	dir := testmod.Write(t, module)
	for _, test := range []struct{ patterns, want string }{
		{"./direct/", "!direct"},
		{"./direct ./indirect/", "!direct\n!indirect"},
		{".//direct/...", "!direct"},
		{"./plain/../direct", "!direct"},
		{"plain/../test.example/direct", "!direct"},
		{"test.example/direct/", "!direct"},
		{".\\direct", "!direct"},
		{dir + "/direct/", "!direct"},
		{dir + "//indirect/...", "!indirect"},
		{"./direct/./... ./direct", "!direct"},
		{"work", "!direct\n!fw\n!indirect"},
	} {
		t.Run(test.patterns, func(t *testing.T) {
			g, err := loadModule(t, load.Config{Dir: dir, Patterns: strings.Fields(test.patterns)})
			if err != nil {
				t.Fatal(err)
			}
			if got := reported(g); got != test.want {
				t.Errorf("reported:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
	t.Run(".", func(t *testing.T) {
		for _, pattern := range []string{".", "./", "./.", "../direct"} {
			g, err := loadModule(t, load.Config{Dir: dir + "/direct", Patterns: []string{pattern}})
			if err != nil || reported(g) != "!direct" {
				t.Errorf("%s: %q, %v", pattern, reported(g), err)
			}
		}
	})
}

func TestUnmatchedPattern(t *testing.T) {
	var warned []string
	g, err := loadModule(t, load.Config{
		Patterns: []string{"./direct", "./empty/..."},
		Warn:     func(line string) { warned = append(warned, line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Problems) != 1 || !strings.Contains(g.Problems[0].String(), "no packages match ./empty/...") {
		t.Errorf("problems: %v", g.Problems)
	}
	if len(warned) > 0 {
		t.Errorf("said twice: %q", warned)
	}
	if reported(g) != "!direct" {
		t.Errorf("packages: %s", reported(g))
	}
}

func TestTypeErrors(t *testing.T) {
	g, err := loadModule(t, load.Config{Patterns: []string{"./broken/types", "./broken/importer", "./direct"}})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(checkAll(g), "\n")
	for _, want := range []string{"a.go:5:13: cannot use \"one\"", "a.go:6:12: undefined: fw.None", "test.example/broken/types has errors"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %q", got, want)
		}
	}
}

func TestTags(t *testing.T) {
	dir := testmod.Write(t, `
-- go.mod --
module test.example

go 1.26
-- fw/fw.go --
package fw
-- a/a.go --
package a
-- a/tagged.go --
//go:build special

package a

import _ "test.example/fw"
`)
	g, err := loadModule(t, load.Config{Dir: dir, Patterns: []string{"./a"}})
	if err != nil || describe(g) != "" {
		t.Errorf("without the tag: %s, %v", describe(g), err)
	}
	g, err = loadModule(t, load.Config{Dir: dir, Patterns: []string{"./a"}, Tags: "other,special"})
	if err != nil || describe(g) != "!a\nfw" {
		t.Errorf("with the tag: %s, %v", describe(g), err)
	}
}

// TestSizes: go env -w writes to a file that go/build does not read.
func TestSizes(t *testing.T) {
	env := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(env, []byte("GOARCH=386\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOENV", env)
	t.Setenv("GOARCH", "")
	g, err := loadModule(t, load.Config{Patterns: []string{"./fw"}})
	if err != nil {
		t.Fatal(err)
	}
	s, problems := load.NewChecker(g).Check(g.Packages[0], nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if size := s.Sizes.Sizeof(types.Typ[types.Uintptr]); size != 4 {
		t.Errorf("a uintptr of 386 has %d bytes", size)
	}
}

func TestWorkspaceAndVendor(t *testing.T) {
	dir := testmod.Write(t, `
-- go.work --
go 1.26

use (
	./one
	./two
)
-- one/go.mod --
module test.example

go 1.26
-- one/fw/fw.go --
package fw

func Use() {}
-- two/go.mod --
module two.example

go 1.26
-- two/two.go --
package two

import "test.example/fw"

func F() { fw.Use() }
-- vendored/go.mod --
module vendored.example

go 1.26

require test.example v1.0.0
-- vendored/v.go --
package v

import "test.example/fw"

func F() { fw.Use() }
-- vendored/vendor/modules.txt --
# test.example v1.0.0
## explicit; go 1.26
test.example/fw
-- vendored/vendor/test.example/fw/fw.go --
package fw

func Use() {}
`)
	t.Setenv("GOWORK", "")
	g, err := loadModule(t, load.Config{Dir: dir + "/two", Patterns: []string{"./..."}})
	if err != nil || describe(g) != "!two.example\nfw" || len(checkAll(g)) > 0 {
		t.Errorf("workspace: %q, %v", describe(g), err)
	}
	t.Setenv("GOWORK", "off")
	g, err = loadModule(t, load.Config{Dir: dir + "/vendored", Patterns: []string{"./..."}})
	if err != nil || describe(g) != "!vendored.example\nfw" || len(checkAll(g)) > 0 {
		t.Errorf("vendor: %q, %v", describe(g), err)
	}
}

func TestCgo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "1")
	dir := testmod.Write(t, `
-- go.mod --
module test.example

go 1.26
-- fw/fw.go --
package fw

func Use() {}
-- a/a.go --
package a

// int one(void) { return 1; }
import "C"

import "test.example/fw"

func F() int { fw.Use(); return int(C.one()) }
-- a/a_test.go --
package a

var _ = F()
`)
	g, err := loadModule(t, load.Config{Dir: dir, Patterns: []string{"./..."}, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	problems := checkAll(g)
	if _, err := exec.LookPath("cc"); err != nil {
		if len(problems) == 0 {
			t.Error("no C compiler, and no problem")
		}
		return
	}
	if len(problems) > 0 {
		t.Error(problems)
	}
}
